"""Rankings by category alone."""

from __future__ import annotations

import numpy as np
from morning.evaluation import evaluate
from morning.rankers import ranker
from toys import rivals as worlds
from toys.planted import separates


def test_category_oracle_knows_the_category_and_nothing_else():
    world = worlds.world()
    on = worlds.test_task(world)
    scores = ranker("category-oracle").fit(world).score(on)
    assert separates(world, on, scores)
    assert evaluate(scores, on.positives, on.categories)["cauc_clean"] < 0.9


def test_its_ties_are_not_broken_by_the_numbers_of_rand():
    world = worlds.world()
    on = worlds.test_task(world)
    names = ("category-oracle", "RAND")
    oracle, chance = (ranker(name).fit(world, seed=0).score(on) for name in names)
    assert abs(np.corrcoef((2 * oracle % 1).ravel(), chance.ravel())[0, 1]) < 0.3

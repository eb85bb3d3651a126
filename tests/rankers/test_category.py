"""Rankings by category alone."""

from __future__ import annotations

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

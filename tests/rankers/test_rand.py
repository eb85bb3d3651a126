"""The exact expectation of random rankings, against every ranking and against draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.evaluation import METRICS, Task, brand_statistics
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.rankers.rand import expected_metrics
from morning.studies.comparison import draw
from toys import rivals as worlds


def make_task(positives, categories):
    positives = np.array(positives, dtype=bool)
    brands, influencers = map(np.arange, positives.shape)
    return Task(brands, influencers + len(brands), positives, np.array(categories, dtype=str))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 2), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_is_the_mean_over_every_ranking(brands, candidates, seed):
    rng = np.random.default_rng(seed)
    on = make_task(rng.random((brands, candidates)) < 0.5, rng.choice(["a", "b"], brands))
    every = itertools.product(itertools.permutations(range(candidates)), repeat=brands)
    found = [
        brand_statistics(np.array(scores, float), on.positives, on.categories).metrics()
        for scores in every
    ]
    exact = expected_metrics(on)
    for metric in METRICS:
        mean = np.mean([values[metric] for values in found])
        assert exact[metric] == pytest.approx(mean, nan_ok=True), metric


def test_lies_within_the_error_of_many_draws():
    rng = np.random.default_rng(3)
    on = make_task(rng.random((15, 90)) < 0.08, list("abc") * 5)
    drawn = [
        brand_statistics(rng.random(on.positives.shape), on.positives, on.categories).metrics()
        for _ in range(600)
    ]
    for metric, exact in expected_metrics(on).items():
        values = np.array([values[metric] for values in drawn])
        assert abs(values.mean() - exact) < 5 * values.std() / np.sqrt(600), metric


def test_nothing_to_measure():
    found = expected_metrics(make_task(np.zeros((2, 3)), ["a", "b"]))
    assert np.isnan(list(found.values())).all()


def test_draws_take_the_seeds_in_turn():
    world = Inputs(worlds.world().features)
    on = worlds.test_task(world)
    first, second = draw(ranker("RAND"), world, on, 2)
    alone = ranker("RAND").fit(world, seed=1).score(on)
    expected = brand_statistics(alone, on.positives, on.categories).metrics()
    assert second.metrics() == expected
    assert first.metrics() != expected

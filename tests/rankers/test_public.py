"""Numbers that are known of the real benchmark."""

from __future__ import annotations

import numpy as np
import pytest
from morning.evaluation import evaluate, official_task
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.rankers.rand import expected_metrics
from morning.sources import public
from morning.studies.comparison import draw

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def inputs(mirror):
    return Inputs(public.load(mirror))


@pytest.fixture(scope="module")
def on(inputs):
    return official_task(inputs.features)


def test_category_oracle_is_that_of_the_specification(inputs, on):
    """Section 2.5: value and standard deviation over 100 tie-breaking draws."""
    known = {
        "auc": (0.963, 0.001),
        "cauc": (0.500, 0.010),
        "recall@10": (0.153, 0.012),
        "recall@50": (0.764, 0.014),
        "mrr": (0.360, 0.034),
        "map": (0.216, 0.008),
        "medr": (4.2, 0.6),
    }
    draws = [
        evaluate(
            ranker("category-oracle").fit(inputs, seed=seed).score(on),
            on.positives,
            on.categories,
        )
        for seed in range(30)
    ]
    for metric, (value, sd) in known.items():
        assert abs(np.mean([draw[metric] for draw in draws]) - value) < sd, metric


def test_random_scores_are_those_of_the_specification(inputs, on):
    """Section 2.4: means and 95 % intervals over 2,000 draws, against 200 and the exact mean."""
    exact = expected_metrics(on)
    drawn = [run.metrics() for run in draw(ranker("RAND"), inputs, on, 200)]
    known = {
        "recall@10": (0.0125, 0.0055, 0.0211),
        "recall@50": (0.0628, 0.046, 0.081),
        "mrr": (0.060, 0.034, 0.095),
        "map": (0.0217, 0.0185, 0.0257),
        "medr": (49.5, 36, 67),
    }
    for metric, (mean, low, high) in known.items():
        assert exact[metric] == pytest.approx(mean, rel=0.012), metric
        values = [values[metric] for values in drawn]
        first, last = np.quantile(values, [0.025, 0.975])
        assert low * 0.85 < first < mean < last < high * 1.15, metric
    assert exact["auc"] == exact["cauc_clean"] == 0.5
    assert exact["recall@10"] == 10 / 797


@pytest.mark.parametrize("seed", range(3))
def test_a_random_draw_lies_inside_the_interval(inputs, on, seed):
    scores = ranker("RAND").fit(inputs, seed=seed).score(on)
    found = evaluate(scores, on.positives, on.categories)
    assert 0.0055 <= found["recall@10"] <= 0.0211
    assert 36 <= found["medr"] <= 67


def test_untrained_cosine_is_nearly_as_good_as_the_rivals_of_the_paper(inputs, on):
    found = evaluate(ranker("cosine").fit(inputs).score(on), on.positives, on.categories)
    assert found["auc"] == pytest.approx(0.801, abs=0.001)
    assert found["cauc"] == pytest.approx(0.629, abs=0.001)
    assert found["recall@10"] == pytest.approx(0.146, abs=0.003)
    assert found["map"] == pytest.approx(0.1515, abs=0.001)

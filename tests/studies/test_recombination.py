"""Categories of Table V weighed together, by hand and against the paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.evaluation import METRICS, brand_statistics, category_rows
from morning.evaluation.metrics import POOLED
from morning.evaluation.published import PUBLISHED
from morning.studies.recombination import recombine, recombine_paper
from toys.rows import row


def test_by_hand():
    parts = [
        row("auto", brands=1, comparisons=dict.fromkeys(POOLED, 10)),
        row("food", brands=3, comparisons=dict.fromkeys(POOLED, 30)),
    ]
    for part, value in zip(parts, (0.2, 0.6), strict=True):
        part |= dict.fromkeys(METRICS, value)
    combined = recombine([*parts, row("all")])
    assert set(combined) == set(METRICS) - {"medr"}
    assert combined == pytest.approx(dict.fromkeys(combined, (0.2 + 3 * 0.6) / 4))


def test_a_category_without_comparisons_has_no_weight():
    parts = [
        row("auto", brands=1, comparisons=dict.fromkeys(POOLED, 0)),
        row("food", brands=1, comparisons=dict.fromkeys(POOLED, 5)),
    ]
    for part, value in zip(parts, (0.0, 0.6), strict=True):
        part |= dict.fromkeys(METRICS, value)
    parts[0] |= dict.fromkeys(POOLED, None)
    combined = recombine(parts)
    assert combined["auc"] == pytest.approx(0.6)
    assert combined["map"] == pytest.approx(0.3)


@given(seed=st.integers(0, 2**32), n_categories=st.integers(1, 4))
def test_categories_together_are_all(seed, n_categories):
    rng = np.random.default_rng(seed)
    n, m = 9, 12
    positives = rng.random((n, m)) < 0.3
    positives[np.arange(n), rng.integers(0, m, n)] = True
    scores = np.round(rng.random((n, m)), 1)  # with ties
    categories = np.array([f"c{i % n_categories}" for i in range(n)])
    runs = [brand_statistics(scores, positives, categories)]
    rows = category_rows(runs, categories)
    combined = recombine(rows)
    for metric, value in combined.items():
        if rows[-1][metric] is not None:
            assert value == pytest.approx(rows[-1][metric], abs=1e-12)


def test_the_paper_does_not_quite_recombine():
    """The published categories give R@50 0.529 together, and the published total is 0.551."""
    published = PUBLISHED["table5_categories"]
    rows = [
        row(name, brands=7 if name in ("airline", "auto") else 6, **dict(numbers))
        for name, numbers in published.items()
        if name != "all"
    ]
    for part in rows:
        part["comparisons"] = dict.fromkeys(POOLED, 1)
        part |= dict.fromkeys(set(METRICS) - set(part), 0.0)
    combined = recombine(rows)
    assert round(combined["recall@50"], 3) == 0.529
    assert published["all"]["recall@50"] == 0.551


def test_the_papers_numbers_have_the_weights_of_our_rows():
    published = PUBLISHED["table5_categories"]
    parts = [
        row("auto", brands=1, comparisons=dict.fromkeys(POOLED, 10)),
        row("food", brands=3, comparisons=dict.fromkeys(POOLED, 10)),
    ]
    for part in parts:
        part |= dict.fromkeys(METRICS, 0.5)
    combined = recombine_paper([*parts, row("all")])
    auto, food = published["auto"], published["food"]
    assert combined["auc"] == pytest.approx((auto["auc"] + food["auc"]) / 2)
    assert combined["map"] == pytest.approx((auto["map"] + 3 * food["map"]) / 4)

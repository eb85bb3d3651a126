"""How much categories say about the brands in them."""

import numpy as np
from morning.evaluation import BrandStatistics, brand_statistics
from morning.report.sentences.categories import explained


def runs(values):
    n = len(values)
    first = brand_statistics(np.eye(n), np.eye(n, dtype=bool), ["a"] * n)
    return [BrandStatistics(first.hits, first.rows, first.values | {"map": np.asarray(values)})]


def test_shares_and_chances_are_said():
    text = explained(runs([0.1, 0.1, 0.9, 0.9] * 3), np.array(list("aabb" * 3)))
    assert "100% in MAP (p = 0.00" in text


def test_nothing_to_tell_apart():
    assert explained(runs([0.1, 0.9]), np.array(["a", "b"])).startswith("Categories have too few")

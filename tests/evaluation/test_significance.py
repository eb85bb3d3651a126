"""Paired differences, Holm's correction and mean ranks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.evaluation import METRICS, brand_statistics
from morning.evaluation.significance import holm, mean_ranks, paired_differences
from scipy.stats import friedmanchisquare

BRANDS, CANDIDATES = 24, 30


def statistics(quality: float, seed: int = 0):
    """Scores that see the positives with some noise; the same truth for every call."""
    truth = np.random.default_rng(99)
    positives = truth.random((BRANDS, CANDIDATES)) < 0.15
    positives[np.arange(BRANDS), truth.integers(CANDIDATES, size=BRANDS)] = True
    categories = np.array(["a", "b", "c"])[np.arange(BRANDS) % 3]
    noise = np.random.default_rng(seed).standard_normal(positives.shape)
    return brand_statistics(quality * positives + noise, positives, categories)


class TestHolm:
    def test_by_hand(self):
        np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])

    def test_none_and_one(self):
        assert holm([]).shape == (0,)
        np.testing.assert_allclose(holm([0.2]), [0.2])

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
    def test_between_raw_and_bonferroni_and_in_order(self, p):
        corrected = holm(p)
        assert (corrected >= np.array(p) - 1e-12).all()
        assert (corrected <= np.minimum(len(p) * np.array(p), 1) + 1e-12).all()
        order = np.argsort(p, kind="stable")
        assert (np.diff(corrected[order]) >= 0).all()
        assert corrected.max() <= 1


class TestDifferences:
    def test_a_method_against_its_equal(self):
        same = statistics(1.0)
        found = paired_differences({"a": [same], "b": [same]}, "a")
        assert set(found) == {"b"}
        assert set(found["b"]) == set(METRICS)
        assert math.isnan(found["b"].pop("medr").p)  # a median has no interval
        for difference in found["b"].values():
            assert (difference.value, difference.p, difference.p_holm) == (0.0, 1.0, 1.0)
            assert difference.ci95 == (0.0, 0.0)

    def test_sign_says_how_far_the_reference_is_ahead(self):
        methods = {"good": [statistics(6.0)], "bad": [statistics(0.0, 1)]}
        ahead = paired_differences(methods, "good")["bad"]["auc"]
        behind = paired_differences(methods, "bad")["good"]["auc"]
        assert ahead.value == -behind.value
        assert ahead.value > 0.2
        assert ahead.ci95 is not None
        assert 0 < ahead.ci95[0] < ahead.value < ahead.ci95[1]
        assert ahead.p == ahead.p_holm < 1e-6

    def test_pairing_cancels_what_brands_have_in_common(self):
        """Two methods that differ a little on every brand differ surely, whatever the brands."""
        a = statistics(2.0)
        b = statistics(2.0)
        b.values["map"] = a.values["map"] - 0.01
        difference = paired_differences({"a": [a], "b": [b]}, "a")["b"]["map"]
        assert difference.ci95 == pytest.approx((0.01, 0.01))
        assert difference.p < 0.01

    def test_holm_is_over_methods(self):
        methods = {"ref": [statistics(5.0)]}
        methods |= {f"m{i}": [statistics(0.0, i + 1)] for i in range(3)}
        found = paired_differences(methods, "ref")
        for name in ("m0", "m1", "m2"):
            assert found[name]["auc"].p < found[name]["auc"].p_holm <= 3 * found[name]["auc"].p

    def test_seeds_are_averaged(self):
        runs = [statistics(1.0, s) for s in range(3)]
        found = paired_differences({"a": runs, "b": [statistics(0.0, 9)]}, "a")
        mean = np.mean([run.metrics()["map"] for run in runs])
        expected = mean - statistics(0.0, 9).metrics()["map"]
        assert found["b"]["map"].value == pytest.approx(expected)

    def test_unknown_reference_and_other_brands(self):
        with pytest.raises(MorningError, match="no method 'x'"):
            paired_differences({"a": [statistics(1.0)]}, "x")
        fewer = statistics(1.0).take(np.arange(5))
        with pytest.raises(MorningError, match="same brands"):
            paired_differences({"a": [statistics(1.0)], "b": [fewer]}, "a")

    def test_what_cannot_be_measured_is_nan_and_spares_the_others(self):
        def alone(quality, seed=0):
            positives = np.eye(24, 40, dtype=bool)
            noise = np.random.default_rng(seed).standard_normal(positives.shape)
            names = np.array([f"category {i}" for i in range(24)])
            return brand_statistics(quality * positives + noise, positives, names)

        methods = {"a": [alone(5)], "b": [alone(0, 1)]}
        found = paired_differences(methods, "a")["b"]
        assert math.isnan(found["cauc"].p_holm)
        assert found["cauc"].ci95 is None
        assert found["auc"].p_holm < 1


class TestRanks:
    def test_by_hand(self):
        runs = {name: statistics(1.0) for name in ("best", "middle", "worst")}
        for value, run in zip((0.9, 0.5, 0.1), runs.values(), strict=True):
            run.values["map"] = np.full(BRANDS, value)
        found = mean_ranks({name: [run] for name, run in runs.items()})
        assert found.ranks == {"best": 1.0, "middle": 2.0, "worst": 3.0}
        assert found.brands == BRANDS
        # Demšar 2006, table 5: q = 2.343 for three methods at 5 %.
        assert found.critical_difference == pytest.approx(
            2.343 * math.sqrt(3 * 4 / (6 * BRANDS)), rel=1e-3
        )
        assert found.cliques == ()
        assert found.friedman_p == pytest.approx(math.exp(-BRANDS))  # chi² = 2n, 2 degrees

    def test_friedman_is_scipys(self):
        methods = {f"m{i}": [statistics(0.5 * i, i)] for i in range(4)}
        expected = friedmanchisquare(*(m[0].values["map"] for m in methods.values())).pvalue
        assert mean_ranks(methods).friedman_p == pytest.approx(expected)

    def test_alike_methods_form_one_clique_and_tie(self):
        methods = {name: [statistics(1.0)] for name in "abc"}
        found = mean_ranks(methods, "auc")
        assert found.ranks == dict.fromkeys("abc", 2.0)
        assert found.cliques == (("a", "b", "c"),)
        assert found.friedman_p == 1.0

    def test_cliques_overlap_but_do_not_contain_one_another(self):
        from morning.evaluation.significance import _cliques

        mean = {"a": 1.0, "b": 1.8, "c": 2.6, "d": 5.0}
        assert _cliques(mean, 1.0) == (("a", "b"), ("b", "c"))
        assert _cliques(mean, 2.0) == (("a", "b", "c"),)
        assert _cliques(mean, 0.1) == ()

    def test_lower_first_rank_is_better(self):
        good, bad = statistics(6.0), statistics(0.0, 1)
        found = mean_ranks({"bad": [bad], "good": [good]}, "medr")
        assert found.ranks["good"] < found.ranks["bad"]

    def test_refusals(self):
        with pytest.raises(MorningError, match="two methods"):
            mean_ranks({"a": [statistics(1.0)]})
        with pytest.raises(MorningError, match="unknown metric"):
            mean_ranks({"a": [statistics(1.0)], "b": [statistics(1.0)]}, "f1")

"""Resamples of brands and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.evaluation import METRICS, BrandStatistics, bootstrap, brand_statistics, interval


def statistics(seed: int, brands: int = 12) -> BrandStatistics:
    rng = np.random.default_rng(seed)
    positives = rng.random((brands, 30)) < 0.2
    positives[:, 0] = True
    categories = np.array(list("abc"))[np.arange(brands) % 3]
    return brand_statistics(rng.random((brands, 30)), positives, categories)


class TestBootstrap:
    def test_repeats_under_a_seed_and_differs_under_another(self):
        run = statistics(0)
        first, again, other = bootstrap([run], 50), bootstrap([run], 50), bootstrap([run], 50, 1)
        assert list(first) == list(METRICS)
        for name in METRICS:
            assert first[name].shape == (50,)
            assert np.array_equal(first[name], again[name])
        assert not np.array_equal(first["map"], other["map"])

    def test_more_resamples_than_fit_in_memory_at_once(self):
        run = statistics(0)
        many = bootstrap([run], 4_500)
        assert all(len(samples) == 4_500 for samples in many.values())
        assert np.array_equal(many["auc"][:2_000], bootstrap([run], 2_000)["auc"])
        assert not np.array_equal(many["auc"][:2_000], many["auc"][2_000:4_000])

    def test_methods_are_resampled_in_pairs(self):
        """A method that is ahead by 0.1 at every brand is ahead by 0.1 in every resample."""
        run = statistics(0)
        ahead = BrandStatistics(run.hits, run.rows, run.values | {"map": run.values["map"] + 0.1})
        difference = bootstrap([ahead], 200)["map"] - bootstrap([run], 200)["map"]
        assert difference == pytest.approx(np.full(200, 0.1))

    def test_seeds_are_averaged_within_a_resample(self):
        runs = [statistics(0), statistics(1), statistics(2)]
        together = bootstrap(runs, 30)
        apart = [bootstrap([run], 30) for run in runs]
        for name in METRICS:
            expected = np.mean([samples[name] for samples in apart], axis=0)
            assert together[name] == pytest.approx(expected)

    def test_spread_is_that_of_a_mean_over_brands(self):
        run = statistics(3, brands=40)
        values = run.values["map"]
        samples = bootstrap([run])["map"]
        assert samples.mean() == pytest.approx(values.mean(), abs=0.002)
        assert samples.std() == pytest.approx(values.std() / np.sqrt(40), rel=0.05)

    def test_one_brand_has_no_spread(self):
        run = statistics(0).take(np.array([4]))
        for name, samples in bootstrap([run], 20).items():
            assert np.array_equal(samples, np.full(20, run.metrics()[name]), equal_nan=True)


class TestInterval:
    def test_percentiles(self):
        samples = np.random.default_rng(0).permutation(np.arange(1_001.0))
        assert interval(samples) == pytest.approx((25, 975))
        assert interval(samples, 0.8) == pytest.approx((100, 900))

    def test_what_could_not_be_measured_is_left_out(self):
        samples = np.r_[np.arange(101.0), np.full(50, np.nan)]
        assert interval(samples) == pytest.approx((2.5, 97.5))

    def test_nothing_measured(self):
        assert interval(np.full(3, np.nan)) is None
        assert interval(np.array([])) is None

    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0.01, 0.99))
    def test_ordered_and_within_the_samples(self, samples, level):
        low, high = interval(np.array(samples), level)
        slack = 1e-9 * max(map(abs, samples))
        assert min(samples) - slack <= low <= high + slack <= max(samples) + 2 * slack

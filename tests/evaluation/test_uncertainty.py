"""Standard errors with known answers, and intervals that keep their promise: by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.evaluation import METRICS, BrandStatistics, brand_statistics, difference, estimate
from morning.evaluation.metrics import POOLED
from morning.evaluation.protocol import FEW_BRANDS
from morning.evaluation.uncertainty import LEAST_BRANDS, Estimate, gap

SHARES = [name for name, metric in METRICS.items() if metric.smooth]


def statistics(seed: int, brands: int = 30, quality: float = 1.0) -> BrandStatistics:
    truth = np.random.default_rng(99)
    positives = truth.random((brands, 40)) < 0.2
    positives[:, 0] = True
    categories = np.array(list("abc"))[np.arange(brands) % 3]
    noise = np.random.default_rng(seed).normal(size=positives.shape)
    return brand_statistics(quality * positives + noise, positives, categories)


def of_values(*seeds: np.ndarray) -> list[BrandStatistics]:
    """Return runs whose brands have given values of MAP."""
    first = statistics(0, len(seeds[0]))
    return [BrandStatistics(first.hits, first.rows, first.values | {"map": x}) for x in seeds]


class TestError:
    def test_of_a_mean_it_is_the_textbooks(self):
        x = np.random.default_rng(0).random(25)
        found = estimate(of_values(x), "map")
        assert found.value == pytest.approx(x.mean())
        assert found.error == pytest.approx(x.std(ddof=1) / 5)
        assert (found.freedom, found.brands) == (pytest.approx(24), 25)

    def test_of_a_ratio_it_is_the_jackknifes(self):
        run = statistics(1)
        hits, rows = run.hits["auc"], run.rows["auc"]
        without = [np.delete(hits, b).sum() / np.delete(rows, b).sum() for b in range(len(hits))]
        expected = math.sqrt(29 / 30 * ((without - np.mean(without)) ** 2).sum())
        assert estimate([run], "auc").error == pytest.approx(expected)

    def test_seeds_add_their_own_variance(self):
        x = np.random.default_rng(0).random(25)
        shifts = np.array([-0.1, 0.0, 0.1])
        found = estimate(of_values(*(x + shift for shift in shifts)), "map")
        over_brands, over_seeds = x.var(ddof=1) / 25, shifts.var(ddof=1) / 3
        assert found.value == pytest.approx(x.mean())
        assert found.error == pytest.approx(math.sqrt(over_brands + over_seeds))
        assert 2 < found.freedom < 24  # between those of three seeds and of 25 brands

    def test_seeds_that_agree_add_nothing(self):
        run = statistics(0)
        for metric in SHARES:
            once, thrice = estimate([run], metric), estimate([run] * 3, metric)
            assert thrice.error == pytest.approx(once.error)
            assert thrice.freedom == pytest.approx(once.freedom)

    def test_brands_without_partners_do_not_count(self):
        x = np.random.default_rng(0).random(25)
        some = np.concatenate([x, np.full(5, np.nan)])
        found = estimate(of_values(some), "map")
        assert (found.value, found.brands) == (pytest.approx(x.mean()), 25)
        assert found.error == pytest.approx(x.std(ddof=1) / 5)

    def test_what_a_median_or_one_brand_cannot_tell(self):
        assert math.isnan(estimate([statistics(0)], "medr").error)
        assert estimate([statistics(0)], "medr").share_interval() is None
        alone = statistics(0).take(np.array([4]))
        for metric in METRICS:
            assert math.isnan(estimate([alone], metric).error)

    @given(st.permutations(range(30)))
    @settings(max_examples=20, deadline=None)
    def test_the_order_of_brands_does_not_matter(self, order):
        run = statistics(2)
        for metric in SHARES:
            a, b = estimate([run], metric), estimate([run.take(np.array(order))], metric)
            assert a.error == pytest.approx(b.error)


class TestInterval:
    @given(st.floats(0.001, 0.999), st.floats(1e-6, 2), st.floats(1, 100), st.floats(0.5, 0.99))
    def test_around_the_value_and_between_0_and_1(self, value, error, freedom, level):
        low, high = Estimate(value, error, freedom, 50).share_interval(level)
        assert 0 <= low <= value <= high <= 1

    def test_a_small_error_gives_the_plain_interval(self):
        low, high = Estimate(0.4, 0.001, 1e6, 50).share_interval()
        assert (low, high) == pytest.approx((0.4 - 0.00196, 0.4 + 0.00196), abs=1e-5)

    def test_too_few_brands_have_none(self):
        assert Estimate(0.5, 0.1, 4, LEAST_BRANDS - 1).share_interval() is None
        assert Estimate(0.5, 0.1, 5, LEAST_BRANDS).share_interval() is not None
        few = Estimate(0.1, 0.01, FEW_BRANDS - 2, FEW_BRANDS - 1)
        assert few.difference_interval() is None
        assert math.isnan(few.p())

    def test_where_all_brands_agree_nothing_is_known(self):
        assert Estimate(1.0, 0.0, 30, 31).share_interval() is None
        assert Estimate(0.3, 0.0, 30, 31).share_interval() is None


class TestDifference:
    def test_what_brands_have_in_common_cancels(self):
        x = np.random.default_rng(0).random(25)
        found = difference(of_values(x + 0.1), of_values(x), "map")
        assert found.value == pytest.approx(0.1)
        assert found.error == pytest.approx(0, abs=1e-12)

    def test_both_methods_add_the_variance_of_their_seeds(self):
        x = np.random.default_rng(0).random(25)
        apart = of_values(x - 0.1, x + 0.1), of_values(x, x + 0.3)
        found = difference(*apart, "map")
        assert found.value == pytest.approx(-0.15)
        assert found.error == pytest.approx(math.sqrt(0.02 / 2 + 0.045 / 2))

    def test_p_agrees_with_the_interval(self):
        ours, theirs = [statistics(0, quality=1.2)], [statistics(1, quality=1.0)]
        for metric in SHARES:
            found = difference(ours, theirs, metric)
            low, high = found.difference_interval(1 - found.p())
            assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)

    def test_no_difference_has_p_1(self):
        found = difference([statistics(0)], [statistics(0)], "auc")
        assert (found.value, found.error, found.p()) == (0, 0, 1)
        assert found.difference_interval() == (0, 0)


class TestGap:
    def test_of_two_means_it_is_the_jackknifes(self):
        rng = np.random.default_rng(0)
        values, one = rng.random((1, 30, 8)), rng.random((30, 8)) < 0.4
        other = ~one & (rng.random((30, 8)) < 0.5)
        found = gap(values, one, other)
        assert found.value == pytest.approx(values[0][one].mean() - values[0][other].mean())
        without = []
        for b in range(30):
            rest = np.arange(30) != b
            kept = values[0][rest]
            without.append(kept[one[rest]].mean() - kept[other[rest]].mean())
        expected = math.sqrt(29 / 30 * ((without - np.mean(without)) ** 2).sum())
        assert found.error == pytest.approx(expected)

    def test_seeds_add_their_own_variance(self):
        rng = np.random.default_rng(0)
        values, one = rng.random((1, 30, 8)), rng.random((30, 8)) < 0.4
        shift = np.array([-0.2, 0, 0.2])[:, None, None] * one
        once, thrice = gap(values, one, ~one), gap(values + shift, one, ~one)
        assert thrice.value == pytest.approx(once.value)
        assert thrice.error**2 == pytest.approx(once.error**2 + 0.04 / 3)

    def test_brands_without_pairs_do_not_count(self):
        values, one = np.random.default_rng(0).random((1, 30, 8)), np.zeros((30, 8), bool)
        one[:12, :3] = True
        other = np.roll(one, 3, axis=1)
        assert gap(values, one, other).brands == 12

    def test_a_side_with_few_brands_has_no_interval(self):
        values = np.random.default_rng(0).random((1, 74, 8))
        one = np.zeros((74, 8), bool)
        one[: FEW_BRANDS - 1, 0] = True
        assert gap(values, one, ~one).difference_interval() is None


# What follows draws many samples of brands from a world that is known and counts how often its
# true value lies in the interval. Brands differ in how hard they are, as real ones do.

WORLD, DRAWS = 3_000, 1_000


def world(seed: int, shift: float = 0.0) -> BrandStatistics:
    truth = np.random.default_rng(7)
    positives = np.zeros((WORLD, 120), bool)
    for row, count in zip(positives, truth.integers(3, 20, WORLD), strict=True):
        row[truth.choice(120, count, replace=False)] = True
    hard = truth.gamma(2.0, 0.7, (WORLD, 1))
    noise = np.random.default_rng(seed).normal(size=positives.shape)
    scores = (hard + shift) * positives + noise
    return brand_statistics(scores, positives, np.arange(WORLD) % 12)


@pytest.fixture(scope="module")
def worlds():
    return world(0), world(1, shift=0.2)


def covered(found: list[tuple[float, float]], truth: float) -> float:
    return float(np.mean([low <= truth <= high for low, high in found]))


@pytest.mark.parametrize("brands", [LEAST_BRANDS, 24, 74])
@pytest.mark.parametrize("metric", ["auc_clean", "recall@10", "mrr", "map"])
def test_intervals_of_values_keep_their_promise(worlds, metric, brands):
    rng = np.random.default_rng(brands)
    run = worlds[0]
    found = [
        estimate([run.take(rng.integers(0, WORLD, brands))], metric).share_interval() or (0, 1)
        for _ in range(DRAWS)
    ]
    # Two points, and two standard errors of the simulation, here as below.
    assert abs(covered(found, run.metrics()[metric]) - 0.95) < 0.02 + 0.014


@pytest.mark.parametrize("brands", [FEW_BRANDS, 74])
@pytest.mark.parametrize("metric", ["auc_clean", "recall@10", "mrr", "map"])
def test_intervals_of_differences_keep_their_promise(worlds, metric, brands):
    rng = np.random.default_rng(brands)
    one, other = worlds
    truth = one.metrics()[metric] - other.metrics()[metric]
    found = []
    for _ in range(DRAWS):
        drawn = rng.integers(0, WORLD, brands)
        ahead = difference([one.take(drawn)], [other.take(drawn)], metric)
        found.append(ahead.difference_interval())
    assert abs(covered(found, truth) - 0.95) < 0.02 + 0.014


@pytest.mark.parametrize("brands", [30, 74])
@pytest.mark.parametrize("share", [0.15, 0.5, "few brands"])
def test_intervals_of_gaps_keep_their_promise(brands, share):
    """Pairs of a brand are alike, some groups are small, and brands have few pairs or many."""
    rng = np.random.default_rng(brands)
    found = []
    for _ in range(DRAWS):
        pairs = np.arange(20) < rng.integers(3, 20, (brands, 1))
        if share == "few brands":  # as few as allow an interval
            one = pairs & (np.arange(brands) < FEW_BRANDS)[:, None] & (np.arange(20) % 4 == 0)
        else:
            one = pairs & (rng.random((brands, 20)) < share)
        values = 0.1 * rng.normal(size=(brands, 1)) + 0.2 * rng.normal(size=(brands, 20))
        interval = gap((values + 0.05 * one)[None], one, pairs & ~one).difference_interval()
        if interval is not None:
            found.append(interval)
    assert len(found) > DRAWS / 2
    assert abs(covered(found, 0.05) - 0.95) < 0.02 + 0.014


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("brands", [24, 74])
@pytest.mark.parametrize("spread", [0.01, 0.03, 0.06])
def test_intervals_over_brands_and_seeds_keep_their_promise(seeds, brands, spread):
    rng = np.random.default_rng(seeds * brands)
    found, without_seeds = [], []
    for _ in range(DRAWS):
        brand = 0.4 + 0.15 * rng.normal(size=(1, brands))
        seed = spread * rng.normal(size=(seeds, 1))
        values = brand + seed + 0.1 * rng.normal(size=(seeds, brands))
        runs = of_values(*values)
        each = estimate(runs, "map")
        found.append(each.share_interval())
        alone = Estimate(each.value, values.mean(axis=0).std(ddof=1) / brands**0.5, 1e9, brands)
        without_seeds.append(alone.share_interval())
    assert abs(covered(found, 0.4) - 0.95) < 0.02 + 0.014
    if spread == 0.06 and brands == 74:  # why seeds must be in it
        assert covered(without_seeds, 0.4) < 0.88


def test_which_metrics_are_ratios():
    assert set(POOLED) < set(SHARES)

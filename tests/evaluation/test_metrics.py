"""The seven metrics: against slow loops, known answers, and the facts of the real benchmark."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from morning.errors import MorningError
from morning.evaluation import METRICS, auc_rows, brand_statistics, evaluate, ranks

POOLED = ("auc", "cauc", "auc_clean", "cauc_clean")


def quiet(scores, positives, categories):
    """Evaluate without the warnings about what cannot be measured."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return evaluate(scores, positives, categories)


def assert_same(a, b, tolerance=1e-12):
    assert list(a) == list(b) == list(METRICS)
    for name in METRICS:
        assert a[name] == pytest.approx(b[name], abs=tolerance, nan_ok=True), name


def slow_rank(scores, b, i):
    """Spec 2.1: candidates, itself included, that score at least as high."""
    return sum(scores[b][j] >= scores[b][i] for j in range(len(scores[b])))


def slow_auc(scores, positives, categories):
    """Spec 2.2: every comparison, one by one, released and clean."""
    won, made = dict.fromkeys(POOLED, 0.0), dict.fromkeys(POOLED, 0)

    def compare(name, win):
        won[name] += win
        made[name] += 1

    pairs = [(b, int(i)) for b in range(len(positives)) for i in np.flatnonzero(positives[b])]
    for b1, i1 in pairs:
        for b2, i2 in pairs:
            if b1 != b2 and i1 != i2:
                compare("auc", scores[b1][i1] > scores[b1][i2])
                if categories[b1] == categories[b2]:
                    compare("cauc", scores[b1][i1] > scores[b1][i2])
        for j in range(len(positives[b1])):
            if not positives[b1][j]:
                s, t = scores[b1][i1], scores[b1][j]
                compare("auc_clean", 1 if s > t else 0.5 if s == t else 0)
                partners = [b for b, i in pairs if i == j]
                if any(categories[b] == categories[b1] for b in partners):
                    compare("cauc_clean", 1 if s > t else 0.5 if s == t else 0)
    return {name: won[name] / made[name] if made[name] else np.nan for name in POOLED}


def slow_metrics(scores, positives, categories):
    """Every metric by the words of spec section 2."""
    recall = {10: [], 50: []}
    reciprocal, precision, first = [], [], []
    for b in range(len(scores)):
        r = sorted(slow_rank(scores, b, int(i)) for i in np.flatnonzero(positives[b]))
        if not r:
            continue
        for k, values in recall.items():
            values.append(sum(rank <= k for rank in r) / len(r))
        reciprocal.append(1 / r[0])
        precision.append(sum((k + 1) / rank for k, rank in enumerate(r)) / len(r))
        first.append(r[0])
    mean = lambda values: sum(values) / len(values) if values else np.nan  # noqa: E731
    return slow_auc(scores, positives, categories) | {
        "recall@10": mean(recall[10]),
        "recall@50": mean(recall[50]),
        "mrr": mean(reciprocal),
        "map": mean(precision),
        "medr": sorted(first)[(len(first) + 1) // 2 - 1] if first else np.nan,
    }


@st.composite
def worlds(draw, max_influencers=14):
    """A few brands and influencers, coarse scores (many ties), two categories."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, max_influencers)))
    scores = draw(hnp.arrays(float, shape, elements=st.integers(-3, 3).map(float)))
    positives = draw(hnp.arrays(bool, shape))
    categories = draw(st.lists(st.sampled_from("ab"), min_size=shape[0], max_size=shape[0]))
    return scores, positives, np.array(categories)


class TestAgainstSlowLoops:
    @settings(max_examples=150, deadline=None)
    @given(worlds())
    def test_all_metrics(self, world):
        assert_same(quiet(*world), slow_metrics(*world))

    def test_recall_cuts_at_ten_and_fifty(self):
        rng = np.random.default_rng(5)
        world = rng.random((6, 70)), rng.random((6, 70)) < 0.3, np.array(list("aabbbc"))
        result = evaluate(*world)
        assert_same(result, slow_metrics(*world))
        assert 0 < result["recall@10"] < result["recall@50"] < 1

    @settings(max_examples=50, deadline=None)
    @given(worlds())
    def test_ranks(self, world):
        scores = world[0]
        expected = [[slow_rank(scores, b, i) for i in range(len(s))] for b, s in enumerate(scores)]
        assert ranks(scores).tolist() == expected


class TestProperties:
    @settings(max_examples=60, deadline=None)
    @given(worlds(), st.sampled_from([np.exp, np.cbrt, lambda s: 7 * s - 2, lambda s: s**3]))
    def test_only_the_order_of_scores_counts(self, world, transform):
        scores, positives, categories = world
        assert_same(quiet(transform(scores), positives, categories), quiet(*world))

    @settings(max_examples=60, deadline=None)
    @given(worlds(), st.integers(0, 2**32 - 1))
    def test_order_of_candidates_and_of_brands_does_not_count(self, world, seed):
        scores, positives, categories = world
        rng = np.random.default_rng(seed)
        b, m = rng.permutation(len(scores)), rng.permutation(scores.shape[1])
        shuffled = scores[b][:, m], positives[b][:, m], categories[b]
        assert_same(quiet(*shuffled), quiet(*world))

    @settings(max_examples=60, deadline=None)
    @given(worlds())
    def test_every_metric_stays_in_its_range(self, world):
        result = quiet(*world)
        for name, value in result.items():
            if not np.isnan(value):
                assert 1 <= value <= world[0].shape[1] if name == "medr" else 0 <= value <= 1

    @settings(max_examples=40, deadline=None)
    @given(worlds())
    def test_reversed_scores_reverse_clean_auc(self, world):
        scores, positives, categories = world
        forward, backward = quiet(*world), quiet(-scores, positives, categories)
        for name in ("auc_clean", "cauc_clean"):
            assert forward[name] == pytest.approx(1 - backward[name], nan_ok=True)


class TestKnownAnswers:
    def test_ties_get_the_worst_rank_of_their_group(self):
        assert ranks(np.array([[3.0, 1.0, 3.0, 2.0, 1.0]])).tolist() == [[2, 5, 2, 3, 5]]

    def test_a_hand_computed_world(self):
        # Two brands of one category, partners {0, 1} and {1, 2}; candidate 3 is nobody's.
        scores = np.array([[4.0, 2.0, 3.0, 1.0], [1.0, 1.0, 2.0, 3.0]])
        positives = np.array([[1, 1, 0, 0], [0, 1, 1, 0]], bool)
        result = evaluate(scores, positives, ["a", "a"])
        # Released rows: 0>1, 0>2, 1<2 of brand 0; 1=0 (lost), 2>0, 2>1 of brand 1.
        assert result["auc"] == result["cauc"] == pytest.approx(4 / 6)
        # Clean: 0>2, 0>3, 1<2, 1>3; 1=0 (half), 1<3, 2>0, 2<3; cAUC leaves candidate 3 out.
        assert result["auc_clean"] == pytest.approx(4.5 / 8)
        assert result["cauc_clean"] == pytest.approx(2.5 / 4)
        assert result["recall@10"] == result["recall@50"] == 1
        assert result["mrr"] == pytest.approx((1 + 1 / 2) / 2)
        assert result["map"] == pytest.approx(((1 + 2 / 3) / 2 + (1 / 2 + 2 / 4) / 2) / 2)
        assert result["medr"] == 1

    @pytest.mark.parametrize(("firsts", "median"), [([1, 2, 3, 4], 2), ([5, 1, 3], 3), ([4], 4)])
    def test_the_median_is_the_lower_one(self, firsts, median):
        scores = -np.tile(np.arange(6.0), (len(firsts), 1))
        positives = np.zeros(scores.shape, bool)
        positives[np.arange(len(firsts)), np.array(firsts) - 1] = True
        assert quiet(scores, positives, ["a"] * len(firsts))["medr"] == median

    def test_infinite_scores_rank_like_any_other(self):
        scores = np.array([[np.inf, 0.0, -np.inf]])
        assert ranks(scores).tolist() == [[1, 2, 3]]
        assert quiet(scores, np.array([[True, False, False]]), ["a"])["auc_clean"] == 1


class TestNothingToMeasure:
    def test_a_brand_without_positives_counts_nowhere_and_is_announced(self):
        rng = np.random.default_rng(0)
        scores, positives = rng.random((4, 9)), rng.random((4, 9)) < 0.4
        positives[2] = False
        with pytest.warns(UserWarning, match="without positives"):
            result = evaluate(scores, positives, list("aabb"))
        kept = [0, 1, 3]
        assert_same(result, quiet(scores[kept], positives[kept], list("aab")))

    def test_no_positives_at_all_is_nan_and_never_zero(self):
        with (
            pytest.warns(UserWarning, match="without positives"),
            pytest.warns(UserWarning, match="nothing to measure for auc, cauc"),
        ):
            result = evaluate(np.ones((2, 3)), np.zeros((2, 3), bool), ["a", "b"])
        assert all(np.isnan(value) for value in result.values())

    def test_its_own_values_are_nan(self):
        positives = np.array([[True, False], [False, False]])
        values = brand_statistics(np.eye(2), positives, ["a", "b"]).values
        for name, of_brands in values.items():
            assert of_brands[0] == 1, name
            assert np.isnan(of_brands[1]), name

    def test_no_brand_of_the_same_category(self):
        with pytest.warns(UserWarning, match="nothing to measure for cauc, cauc_clean"):
            result = evaluate(np.eye(2), np.eye(2, dtype=bool), ["a", "b"])
        assert np.isnan(result["cauc"])
        assert result["auc"] == result["map"] == 1


class TestRefused:
    def test_nan_scores(self):
        scores = np.array([[1.0, np.nan], [np.nan, 0.0]])
        with pytest.raises(MorningError, match="2 scores are NaN"):
            evaluate(scores, np.eye(2, dtype=bool), ["a", "b"])

    @pytest.mark.parametrize(
        ("scores", "positives", "categories"),
        [((2, 3), (3, 2), 2), ((2, 3), (2, 3), 3), ((6,), (6,), 6), ((2, 3), (6,), 2)],
    )
    def test_shapes(self, scores, positives, categories):
        with pytest.raises(MorningError, match="must both be"):
            evaluate(np.zeros(scores), np.zeros(positives, bool), ["a"] * categories)

    @pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
    def test_nothing_to_rank(self, shape):
        with pytest.raises(MorningError, match="nothing to rank"):
            evaluate(np.zeros(shape), np.zeros(shape, bool), ["a"] * shape[0])


class TestTake:
    def test_a_repeated_brand_counts_twice(self):
        rng = np.random.default_rng(2)
        statistics = brand_statistics(rng.random((3, 9)), rng.random((3, 9)) < 0.5, list("aab"))
        rr = statistics.values["mrr"]
        taken = statistics.take(np.array([0, 0, 2])).metrics()
        assert taken["mrr"] == pytest.approx((2 * rr[0] + rr[2]) / 3)
        hits, rows = statistics.hits["auc"], statistics.rows["auc"]
        assert taken["auc"] == pytest.approx((2 * hits[0] + hits[2]) / (2 * rows[0] + rows[2]))


#: Spec 2.2: AUC and cAUC rows of each category, as printed in BAMIR's notebook.
ROWS = {
    "food": (55_248, 3_842),
    "shoes": (63_980, 5_130),
    "electronics": (47_222, 2_796),
    "entertainment": (55_986, 3_892),
    "drink": (46_363, 2_646),
    "clothing": (71_690, 6_276),
    "airline": (48_069, 2_934),
    "makeup": (55_256, 3_848),
    "nonprofit": (51_225, 3_282),
    "jewelry": (67_901, 5_746),
    "services": (42_334, 2_192),
    "auto": (63_356, 5_168),
}


@pytest.mark.mirror
class TestOfficialTask:
    def test_rows_in_all(self, official):
        rows = {n: r.sum() for n, r in auc_rows(official.positives, official.categories).items()}
        assert rows == {"auc": 668_630, "cauc": 47_752, "auc_clean": 646_470, "cauc_clean": 46_273}

    @pytest.mark.parametrize("category", ROWS)
    def test_rows_of_a_category(self, official, category):
        rows = auc_rows(official.positives, official.categories)
        mine = official.categories == category
        assert (rows["auc"][mine].sum(), rows["cauc"][mine].sum()) == ROWS[category]

    def test_the_categories_are_all(self, official):
        assert set(official.categories) == set(ROWS)

    def test_constant_scores(self, official):
        scores = np.zeros(official.positives.shape)
        assert (ranks(scores) == 797).all()
        result = evaluate(scores, official.positives, official.categories)
        assert result["auc"] == result["cauc"] == 0
        assert result["auc_clean"] == result["cauc_clean"] == 0.5
        assert result["recall@10"] == result["recall@50"] == 0
        assert result["medr"] == 797

    def test_perfect_scores(self, official):
        noise = np.random.default_rng(0).random(official.positives.shape)
        result = evaluate(official.positives + noise, official.positives, official.categories)
        assert round(result["recall@10"], 3) == 0.873
        assert [result[n] for n in ("recall@50", "mrr", "map", "medr")] == [1, 1, 1, 1]
        assert result["auc_clean"] == result["cauc_clean"] == 1

    def test_released_rows_that_compare_two_positives(self, official):
        positives = official.positives  # as scores: positives tie, so just these rows are lost
        statistics = brand_statistics(positives.astype(float), positives, official.categories)
        lost = {n: statistics.rows[n] - statistics.hits[n] for n in ("auc", "cauc")}
        assert lost["auc"].sum() == 1_066
        assert lost["cauc"].sum() == 835
        assert lost["cauc"][official.categories == "shoes"].sum() == 767

    def test_random_scores(self, official):
        """Two hundred draws against a simulation (mean, sd, 95 % interval)."""
        rng = np.random.default_rng(0)
        draws = [
            evaluate(rng.random(official.positives.shape), official.positives, official.categories)
            for _ in range(200)
        ]
        expected = {
            "recall@10": (0.0125, 0.0055, 0.0211),
            "recall@50": (0.0628, 0.046, 0.081),
            "mrr": (0.060, 0.034, 0.095),
            "map": (0.0217, 0.0185, 0.0257),
            "medr": (49.5, 36, 67),
        }
        for name, (mean, low, high) in expected.items():
            values = np.array([draw[name] for draw in draws])
            inside = ((values >= low) & (values <= high)).mean()
            assert 0.90 <= inside < 1, name
            assert values.mean() == pytest.approx(mean, abs=4 * values.std() / np.sqrt(200)), name
        for name in POOLED:
            assert np.mean([draw[name] for draw in draws]) == pytest.approx(0.5, abs=0.004)

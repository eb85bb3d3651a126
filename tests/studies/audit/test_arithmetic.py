"""Comparisons made, the ceiling of recall, and ties, on known answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.evaluation import official_task
from morning.sources import public
from morning.studies.audit.arithmetic import (
    comparisons,
    quantise,
    quantised,
    recall_ceiling,
    released_and_clean,
    tied_share,
)
from toys.tasks import make_task, metrics_of, ranked_tasks


class TestComparisons:
    @given(ranked_tasks())
    def test_against_the_list_of_rows(self, drawn):
        _, on = drawn
        pairs = list(zip(*np.nonzero(on.positives), strict=True))
        released = {"auc": [], "cauc": []}
        for (b, i), (c, j) in itertools.product(pairs, pairs):
            if b != c and i != j:
                released["auc"].append((b, i, j))
                if on.categories[b] == on.categories[c]:
                    released["cauc"].append((b, i, j))
        found = comparisons(on)
        for name, rows in released.items():
            assert found.loc[name, "released"] == len(rows)
            assert found.loc[name, "two partners"] == sum(on.positives[b, j] for b, _, j in rows)
            assert found.loc[name, "repeated"] == len(rows) - len(set(rows))

    def test_of_the_official_split(self, mirror):
        found = comparisons(official_task(public.dataset(mirror)))
        columns = ["released", "two partners", "clean"]
        assert found.loc["auc", columns].tolist() == [668_630, 1_066, 646_470]
        assert found.loc["cauc", columns].tolist() == [47_752, 835, 46_273]

    def test_ceiling_of_recall(self, mirror):
        positives = official_task(public.dataset(mirror)).positives
        assert round(recall_ceiling(positives, 10), 3) == 0.873
        assert recall_ceiling(positives, 50) == 1.0

    def test_ceiling_is_what_a_perfect_ranking_gets(self):
        on = make_task([[1] * 15 + [0] * 5, [1] * 4 + [0] * 16], ["food", "auto"])
        assert recall_ceiling(on.positives, 10) == pytest.approx((10 / 15 + 1) / 2)
        perfect = metrics_of(on.positives + 1e-3 * np.arange(20), on)
        assert perfect["recall@10"] == recall_ceiling(on.positives, 10)


class TestTies:
    def test_share_of_known_scores(self):
        assert tied_share(np.array([[1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]])) == 0.25
        assert tied_share(np.zeros((2, 3))) == 1.0

    @given(st.integers(1, 20), st.integers(0, 2**32))
    def test_levels_are_equally_full_and_keep_the_order(self, levels, seed):
        scores = np.random.default_rng(seed).permutation(200).reshape(10, 20).astype(float)
        found = quantise(scores, levels)
        counts = np.bincount(found.ravel(), minlength=levels)
        assert len(counts) == levels
        assert counts.max() - counts.min() <= 1 + (200 % levels > 0)
        order = np.argsort(scores.ravel())
        assert (np.diff(found.ravel()[order]) >= 0).all()

    def test_no_level_at_all(self):
        with pytest.raises(MorningError, match="at least 1"):
            quantise(np.zeros((1, 2)), 0)

    @given(ranked_tasks())
    def test_a_constant_wins_nothing_as_released_and_half_when_clean(self, drawn):
        scores, on = drawn
        table = quantised([scores], on, levels=(1, 3))
        assert table.index.tolist() == ["1", "3", "all"]
        assert table.loc["1", "auc_clean"] == 0.5
        assert table.loc["1", "auc"] == 0 or np.isnan(table.loc["1", "auc"])
        assert table.loc["1", "medr"] == len(on.influencers)
        np.testing.assert_equal(table.loc["all"].to_dict(), metrics_of(scores, on))


def test_bias_is_released_minus_clean():
    row = {"auc": 0.8, "auc_clean": 0.7, "cauc": None, "cauc_clean": 0.5}
    found = released_and_clean(row)
    assert found.loc["auc"].tolist() == [0.8, 0.7, pytest.approx(0.1)]
    assert found.loc["cauc", "clean"] == 0.5
    assert found.loc["cauc", ["released", "bias"]].isna().all()

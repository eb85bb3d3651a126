"""Pairs: every positive, as often as asked, with true negatives drawn uniformly."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.evaluation import Task
from morning.learning.pairs import sample_pairs


@st.composite
def tasks(draw):
    brands, influencers = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    bits = draw(st.lists(st.booleans(), min_size=35, max_size=35))
    positives = np.array(bits).reshape(5, 7)[:brands, :influencers]
    return Task(10 + np.arange(brands), 100 + np.arange(influencers), positives, np.array(["a"]))


class TestSamplePairs:
    @settings(max_examples=80, deadline=None)
    @given(tasks(), st.integers(1, 4), st.integers(0, 99))
    def test_every_positive_with_so_many_true_negatives(self, on, negatives, seed):
        pairs = sample_pairs(on, negatives, np.random.default_rng(seed))
        found = {}
        for brand, positive, negative in zip(*pairs, strict=True):
            found[brand, positive] = found.get((brand, positive), 0) + 1
            assert not on.positives[brand - 10, negative - 100]
        expected = {
            (10 + b, 100 + m): negatives
            for b, m in zip(*np.nonzero(on.positives), strict=True)
            if not on.positives[b].all()
        }
        assert found == expected

    def test_negatives_are_uniform(self):
        positives = np.array([[True, False, False, True, False, False]])
        on = Task(np.array([0]), np.arange(1, 7), positives, np.array(["a"]))
        _, _, negatives = sample_pairs(on, 4_000, np.random.default_rng(0))
        share = np.bincount(negatives, minlength=7) / len(negatives)
        assert share[[2, 3, 5, 6]] == pytest.approx([0.25] * 4, abs=0.02)


class TestHardNegatives:
    @settings(max_examples=80, deadline=None)
    @given(tasks(), st.integers(1, 4), st.integers(0, 99))
    def test_they_are_partners_of_the_category_where_there_are_any(self, on, negatives, seed):
        categories = np.array(["a", "b", "a", "b", "a"])[: len(on.brands)]
        on = replace(on, categories=categories)
        rng = np.random.default_rng(seed)
        pairs = np.stack(sample_pairs(on, negatives, rng, hard=1)).reshape(3, -1, negatives)
        for brand, _, negative in pairs[:, :, -1].T:
            row = on.positives[brand - 10]
            alike = on.positives[categories == categories[brand - 10]].any(axis=0)
            assert not row[negative - 100]
            if (alike & ~row).any():
                assert alike[negative - 100]

    def test_the_others_are_drawn_as_without(self):
        positives = np.array([[True, False, False, False], [False, True, True, False]])
        on = Task(np.arange(2), np.arange(2, 6), positives, np.array(["a", "a"]))
        plain, hard = (
            np.stack(sample_pairs(on, 3, np.random.default_rng(0), hard=n)) for n in (0, 1)
        )
        assert np.array_equal(plain.reshape(3, -1, 3)[..., :2], hard.reshape(3, -1, 3)[..., :2])

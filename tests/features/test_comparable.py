"""Blocks made comparable: what whitening does, and what the rows' products are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from morning.errors import MorningError
from morning.features.block import KINDS
from morning.features.comparable import Comparable, Whitening
from toys.vectors import checkerboard

ROWS = arrays(np.float64, (12, 5), elements=st.floats(-100, 100, width=32))


class TestWhitening:
    def test_with_little_shrinkage_columns_are_independent_of_variance_one(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4)) + 7
        white = Whitening.fit(x, 1e-9)(x)
        variance = np.trace(np.cov(x.T, bias=True)) / 4
        assert np.allclose(np.cov(white.T, bias=True), variance * np.eye(4), atol=1e-5)
        assert np.allclose(white.mean(axis=0), 0, atol=1e-9)

    def test_with_much_shrinkage_only_the_mean_is_taken_out(self):
        x = np.random.default_rng(1).normal(size=(50, 4)) * [1, 5, 1, 1] + 3
        white = Whitening.fit(x, 1e6)(x) * 1e3
        assert np.allclose(white, x - x.mean(axis=0), rtol=1e-3)

    @given(ROWS, st.floats(0.01, 100), st.floats(0.01, 50))
    @settings(deadline=None)
    def test_units_and_origin_do_not_matter(self, x, shrinkage, unit):
        a = Whitening.fit(x, shrinkage)
        b = Whitening.fit(unit * x + 3, shrinkage)
        assert np.allclose(b(unit * x + 3), unit * a(x), atol=1e-5 * unit * (1 + abs(x).max()))

    @pytest.mark.parametrize("x", [np.ones((5, 3)), np.ones((1, 3)), np.zeros((4, 1))])
    def test_what_does_not_vary_becomes_zero(self, x):
        assert np.array_equal(Whitening.fit(x, 0.1)(x), np.zeros_like(x))


class TestComparable:
    def test_shares_overlap_and_vectors_are_whitened(self):
        features = checkerboard(("content_topics", "attribute"))
        rows = Comparable.fit(features, np.arange(len(features)), 0.1)(features)
        for x in rows.values():
            assert np.allclose(np.linalg.norm(x, axis=1), 1)
        # One-hot rows: their overlap is 1 within a column, else 0.
        assert np.allclose(rows["content_topics"], features.blocks["content_topics"])
        assert not np.allclose(rows["attribute"], features.blocks["attribute"])

    def test_an_account_with_nothing_stays_zero(self):
        features = checkerboard(("content_topics",))
        features.blocks["content_topics"][3] = 0
        assert not Comparable.fit(features, np.arange(5), 1.0)(features)["content_topics"][3].any()

    def test_only_the_given_accounts_are_learnt_from(self):
        features, other = checkerboard(("attribute",)), checkerboard(("attribute",))
        other.blocks["attribute"][10:] = 9
        a, b = (Comparable.fit(f, np.arange(10), 1.0) for f in (features, other))
        assert np.array_equal(a.whitening["attribute"].matrix, b.whitening["attribute"].matrix)

    def test_other_blocks_are_refused(self):
        features = checkerboard(("content_topics", "attribute"))
        comparable = Comparable.fit(features, np.arange(8), 1.0)
        with pytest.raises(MorningError, match=r"needs attribute with 8 columns; .* not have it"):
            comparable(features.select(["content_topics"]))

    def test_every_distribution_holds_shares(self):
        assert all(kind.shares for kind in KINDS.values() if kind.distribution)

"""Eq 4 and 5 by hand, and what must hold of any input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features.pooling import keep_confident, pool
from scipy import sparse


def test_the_threshold_is_strict():
    probabilities = sparse.csr_matrix(np.array([[0.1, 0.125, 0.0625]]))
    np.testing.assert_array_equal(keep_confident(probabilities, 0.1).toarray(), [[0, 0.125, 0]])
    np.testing.assert_array_equal(keep_confident(probabilities, 0.125).toarray(), [[0, 0, 0]])


def test_keep_confident_leaves_its_input_alone():
    probabilities = sparse.csr_matrix(np.array([[0.05, 0.5]]))
    keep_confident(probabilities, 0.1)
    np.testing.assert_array_equal(probabilities.toarray(), [[0.05, 0.5]])


def test_pooling_by_hand():
    vectors = sparse.csr_matrix(np.array([[0.5, 0.25, 0], [0.25, 0, 0], [0, 0, 0]]))
    owners = np.array([0, 0, 0, 2])  # account 0 has pictures 0, 1 and 1 again; account 2 has 2
    values, uniform = pool(owners, np.array([0, 1, 1, 2]), vectors, 3)
    expected = [[1 / 1.25, 0.25 / 1.25, 0], [1 / 3] * 3, [1 / 3] * 3]
    np.testing.assert_allclose(values, expected, rtol=1e-7)
    assert values.dtype == np.float32
    assert uniform.tolist() == [False, True, True]


def test_nothing_to_pool_is_uniform():
    empty = np.array([], dtype=np.int64)
    values, uniform = pool(empty, empty, sparse.csr_matrix((0, 4), dtype=np.float32), 2)
    np.testing.assert_array_equal(values, np.full((2, 4), 0.25))
    assert uniform.all()


def test_negative_vectors_are_refused():
    with pytest.raises(MorningError, match="negative"):
        pool(np.array([0]), np.array([0]), sparse.csr_matrix(np.array([[-1.0, 2.0]])), 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.integers(1, 6))
def test_rows_sum_to_one_in_any_order_of_posts(seed, posts, n):
    rng = np.random.default_rng(seed)
    vectors = keep_confident(sparse.csr_matrix(rng.dirichlet(np.full(5, 0.3), size=7)), 0.1)
    owners, pictures = rng.integers(n, size=posts), rng.integers(7, size=posts)
    values, uniform = pool(owners, pictures, vectors, n)
    np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(uniform, ~np.isin(np.arange(n), owners))
    order = rng.permutation(posts)
    again, _ = pool(owners[order], pictures[order], vectors, n)
    np.testing.assert_allclose(again, values, atol=1e-7)

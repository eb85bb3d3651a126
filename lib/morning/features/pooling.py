"""From the class probabilities of posts to one vector per account (eq 4 and 5)."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from morning.errors import MorningError


def keep_confident(probabilities: sparse.csr_matrix, threshold: float) -> sparse.csr_matrix:
    """Set the entries that do not exceed the threshold to zero.

    Parameters
    ----------
    probabilities : sparse matrix, shape (pictures, classes)
        Class probabilities, after the softmax.
    threshold : float
        Confidence threshold; an entry equal to it is dropped.

    Returns
    -------
    sparse matrix, shape (pictures, classes)
        A copy; rows keep their order.

    Notes
    -----
    The paper sets a confidence of 0.1 and does not say whether it precedes or follows the
    softmax; a probability is the only reading under which 0.1 is a confidence.
    """
    kept = sparse.csr_matrix(probabilities, copy=True)
    kept.data[~(kept.data > threshold)] = 0
    kept.eliminate_zeros()
    return kept


def pool(
    owners: np.ndarray, pictures: np.ndarray, vectors: sparse.csr_matrix, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the vectors of each account's posts and divide by the sum (eq 4, eq 5).

    Parameters
    ----------
    owners : int array, shape (posts,)
        Account of each post, 0 to n - 1.
    pictures : int array, shape (posts,)
        Row of `vectors` with the picture of each post; a picture used by two posts counts twice.
    vectors : sparse matrix, shape (pictures, classes)
        Non-negative vectors, as `keep_confident` returns them.
    n : int
        Number of accounts.

    Returns
    -------
    values : float32 array, shape (n, classes)
        Every row sums to 1. Where nothing was to be summed the row is uniform.
    uniform : bool array, shape (n,)
        Which rows are uniform for that reason.

    Raises
    ------
    MorningError
        If a vector has a negative entry.
    """
    if vectors.nnz and vectors.data.min() < 0:
        raise MorningError("cannot pool vectors with negative entries; are they probabilities?")
    ones = np.ones(len(owners), dtype=np.float64)
    counts = sparse.csr_matrix((ones, (owners, pictures)), shape=(n, vectors.shape[0]))
    sums = (counts @ vectors.astype(np.float64)).toarray()
    totals = sums.sum(axis=1)
    uniform = totals == 0
    sums[uniform] = 1
    totals[uniform] = vectors.shape[1]
    return (sums / totals[:, None]).astype(np.float32), uniform

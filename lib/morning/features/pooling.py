"""From vectors of posts to one vector per account: eq 4 and 5, and plain means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from scipy import sparse

from morning.errors import MorningError

#: Posts whose vectors are in memory at a time.
CHUNK = 8192


class PostVectors(Protocol):
    """One vector per post: an array, or what computes rows when they are asked for."""

    def __len__(self) -> int:
        """Return the number of posts."""

    def __getitem__(self, posts: np.ndarray, /) -> np.ndarray:
        """Return the vectors of some posts (row numbers); NaN where a post has none."""


def chunks(n: int) -> Iterator[np.ndarray]:
    """Yield the row numbers of n posts, `CHUNK` at a time."""
    for start in range(0, n, CHUNK):
        yield np.arange(start, min(start + CHUNK, n))


class Means:
    """Weighted means of vectors per account, added up chunk by chunk.

    Parameters
    ----------
    accounts : int
        n.
    """

    def __init__(self, accounts: int) -> None:
        self.weights = np.zeros(accounts)
        self._sums: np.ndarray | None = None

    def add(self, owners: np.ndarray, weights: np.ndarray, vectors: np.ndarray) -> None:
        """Add the vectors of posts.

        Parameters
        ----------
        owners : int array, shape (posts,)
            Account of each post.
        weights : float array, shape (posts,)
        vectors : float array, shape (posts, D)
        """
        if self._sums is None:
            self._sums = np.zeros((len(self.weights), vectors.shape[1]))
        np.add.at(self._sums, owners, weights[:, None] * vectors)
        np.add.at(self.weights, owners, weights)

    def result(self) -> np.ndarray:
        """Return the means, float32 (n, D); zeros for who has none."""
        if self._sums is None:
            raise MorningError("there are no posts to average")
        divisor = np.where(self.weights > 0, self.weights, 1.0)
        return (self._sums / divisor[:, None]).astype(np.float32)


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

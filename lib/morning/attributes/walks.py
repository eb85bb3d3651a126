"""Biased random walks of node2vec (Grover and Leskovec 2016), all of a round side by side.

From node v, come from t, a walk goes on to x with a chance in proportion to w(v, x) α(t, x): α is
1/p back to t, 1 to a neighbour of t, and 1/q elsewhere. Instead of a table for every pair (t, v),
which grows with the squares of degrees, a step is drawn by its weight w alone and kept with
chance α / max α: the same distribution, by rejection.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from morning.errors import MorningError


def random_walks(
    weights: sparse.csr_array,
    *,
    walks: int,
    length: int,
    p: float = 1.0,
    q: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Return walks over a graph, in rounds that start once at every node, in random order.

    Parameters
    ----------
    weights : sparse array, shape (n, n)
        Symmetric, not negative, with a positive entry in every row.
    walks : int
        Rounds.
    length : int
        Nodes in a walk.
    p, q : float
        Return and in-out parameter. At 1 walks are first-order.
    seed : int

    Returns
    -------
    int32 array, shape (walks * n, length)

    Raises
    ------
    MorningError
        If the graph is empty or a node has no neighbour.
    """
    graph = _Graph(weights)
    rng = np.random.default_rng(seed)
    n = graph.n
    out = np.empty((walks * n, length), dtype=np.int32)
    out[:, 0] = np.concatenate([rng.permutation(n) for _ in range(walks)])
    for step in range(1, length):
        here = out[:, step - 1]
        if step == 1 or p == q == 1:
            out[:, step] = graph.neighbours(here, rng)
        else:
            out[:, step] = _second_order(graph, out[:, step - 2], here, p, q, rng)
    return out


def _second_order(
    graph: _Graph,
    before: np.ndarray,
    here: np.ndarray,
    p: float,
    q: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return where walks go on to that came to `here` from `before`."""
    onward = np.empty_like(here)
    most = max(1 / p, 1.0, 1 / q)
    left = np.arange(len(here))
    while len(left):
        drawn = graph.neighbours(here[left], rng)
        bias = np.where(graph.adjacent(before[left], drawn), 1.0, 1 / q)
        bias[drawn == before[left]] = 1 / p
        kept = rng.random(len(left)) * most < bias
        onward[left[kept]] = drawn[kept]
        left = left[~kept]
    return onward


class _Graph:
    """Neighbours by weight, and who is adjacent to whom."""

    def __init__(self, weights: sparse.csr_array) -> None:
        graph = sparse.csr_array(weights, dtype=np.float64, copy=True)
        graph.sum_duplicates()
        graph.eliminate_zeros()
        if not np.diff(graph.indptr).all() or graph.shape[0] == 0:
            raise MorningError("node2vec needs a graph in which every node has a neighbour")
        self.n = graph.shape[0]
        self.heads = graph.indices.astype(np.int64)
        self.first, self.last = graph.indptr[:-1], graph.indptr[1:] - 1
        self.cumulative = np.cumsum(graph.data)  # over all edges, row by row
        self.start = np.concatenate([[0.0], self.cumulative])[self.first]
        self.end = self.cumulative[self.last]
        tails = np.repeat(np.arange(self.n), np.diff(graph.indptr))
        self.edges = tails * self.n + self.heads  # ascending: rows and their columns are sorted

    def neighbours(self, nodes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a neighbour of each node by the weights of its edges."""
        start, end = self.start[nodes], self.end[nodes]
        sought = start + rng.random(len(nodes)) * (end - start)
        edge = np.searchsorted(self.cumulative, sought, side="right")
        return self.heads[np.clip(edge, self.first[nodes], self.last[nodes])]

    def adjacent(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Say of each pair whether an edge joins it."""
        pairs = a.astype(np.int64) * self.n + b
        at = np.searchsorted(self.edges, pairs)
        return self.edges[np.minimum(at, len(self.edges) - 1)] == pairs

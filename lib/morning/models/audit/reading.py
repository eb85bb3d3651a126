"""What reading the attribute graph line by line loses, in weights and in steps of a walk."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from morning.attributes.graph import AttributeGraph
from morning.errors import MorningError


def lost_in_reading(right: AttributeGraph, damaged: AttributeGraph) -> dict[str, float]:
    """Compare two readings of one graph.

    Parameters
    ----------
    right, damaged : AttributeGraph
        The same nodes in the same order.

    Returns
    -------
    dict of str to float
        `weight`: share of the total weight that is lost; `pairs`: share of the pairs whose
        weight differs; `floor_before`, `floor_after`: share of the pairs that have the smallest
        weight of the right graph; `steps`: share of the steps of a random walk (p = q = 1, as
        node2vec walks here) that go elsewhere, mean over nodes: half the L1 distance between
        the two graphs' step probabilities.

    Raises
    ------
    MorningError
        If the nodes differ, or one has no neighbour.
    """
    if right.names != damaged.names:
        raise MorningError("two readings of one graph must have the same nodes in the same order")
    change = sparse.csr_array(right.weights - damaged.weights)
    change.eliminate_zeros()
    floor = right.weights.data.min()
    moved = abs(_steps(right) - _steps(damaged)).sum(axis=1) / 2
    return {
        "weight": 1 - damaged.total_weight / right.total_weight,
        "pairs": change.nnz / right.weights.nnz,
        "floor_before": float(np.mean(right.weights.data == floor)),
        "floor_after": float(np.mean(damaged.weights.data == floor)),
        "steps": float(np.mean(moved)),
    }


def _steps(graph: AttributeGraph) -> sparse.csr_array:
    """Return the probability of each step from each node; rows sum to one."""
    total = graph.weights.sum(axis=1)
    if not total.all():
        raise MorningError("an attribute without neighbours has no steps")
    return sparse.diags_array(1 / total) @ graph.weights

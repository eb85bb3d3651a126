"""A ring of attributes, read rightly and with every second heavy weight lost."""

import numpy as np
from morning.attributes.embedding import embed
from morning.attributes.graph import AttributeGraph
from morning.studies.audit.graph_reading import ReleasedGraph
from scipy import sparse

NODES = 40


def reading(damaged=False):
    """Each attribute weighs 3 with the next one and 1 with the one after; or half of them 1."""
    weights = np.zeros((NODES, NODES))
    for i in range(NODES):
        near, far = (i + 1) % NODES, (i + 2) % NODES
        weights[i, near] = weights[near, i] = 1 if damaged and i % 2 == 0 else 3
        weights[i, far] = weights[far, i] = 1
    return AttributeGraph(tuple(f"n{i}" for i in range(NODES)), sparse.csr_array(weights))


#: Half the L1 distance between a node's steps of weights 3, 3, 1, 1 and of 1, 3, 1, 1.
STEPS = ((3 / 8 - 1 / 6) + (3 / 6 - 3 / 8) + 2 * (1 / 6 - 1 / 8)) / 2
#: What the damaged reading loses.
LOST = {
    "weight": 1 / 4,
    "pairs": 1 / 4,
    "floor_before": 1 / 2,
    "floor_after": 3 / 4,
    "steps": STEPS,
}


def ring():
    """Return both readings; the embedding released with them is that of the damaged one."""
    return ReleasedGraph(reading(), reading(damaged=True), embed(reading(damaged=True)))

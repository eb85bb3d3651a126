"""What reading the attribute graph line by line loses: weights, steps of a walk, neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from morning.attributes.embedding import (
    Embedding,
    Node2VecOptions,
    embed,
    nearest,
    neighbour_agreement,
    read_embedding,
    write_embedding,
)
from morning.attributes.graph import AttributeGraph, read_edges, read_names
from morning.errors import MorningError
from morning.run import Run
from morning.sources import public

if TYPE_CHECKING:
    from morning.sources import Source

_LONELY = "an attribute has no neighbour, so no step leads from it"


@dataclass(frozen=True, eq=False)
class ReleasedGraph:
    """The released attribute graph, read in two ways, and the embedding released with it."""

    right: AttributeGraph
    """Every pair has the larger weight of its two lines."""
    damaged: AttributeGraph
    """As the authors' loader reads it: the last line of a pair counts."""
    embedding: Embedding
    """Of the same attributes, in the same order."""


def released_graph(source: Source) -> ReleasedGraph | None:
    """Return the graph that the authors released with a source; None where they did not."""
    if not source.released:
        return None
    files = public.attribute_graph_files()
    names = read_names(files["names"])
    right, damaged = (read_edges(files["edges"], names, reading) for reading in ("max", "last"))
    return ReleasedGraph(right, damaged, read_embedding(files["embedding"], names))


def embed_readings(graph: ReleasedGraph, run: Run) -> pd.DataFrame:
    """Embed both readings with one program, keep that in the run, and compare.

    Returns
    -------
    DataFrame, columns of `attributes.embedding.neighbour_agreement`
        Rows: the released embedding against that of each reading, the right one first, and the
        damaged reading against itself under another seed, as a yardstick.
    """
    right, damaged = embed(graph.right), embed(graph.damaged)
    write_embedding(run.embedding("max"), right)
    write_embedding(run.embedding("last"), damaged)
    again = embed(graph.damaged, Node2VecOptions(seed=1))
    return pd.DataFrame(
        {
            "released, larger weight": neighbour_agreement(graph.embedding, right),
            "released, as the authors' loader": neighbour_agreement(graph.embedding, damaged),
            "one graph, two seeds": neighbour_agreement(damaged, again),
        }
    ).T


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


def recovered_weight(graph: AttributeGraph, embedding: Embedding, k: int = 10) -> np.ndarray:
    """Return how much cooperation an attribute's nearest neighbours hold.

    Parameters
    ----------
    graph : AttributeGraph
        With the right weights; every node has a neighbour.
    embedding : Embedding
        Of the same nodes, in any order.
    k : int
        Neighbours to look at, below the number of nodes.

    Returns
    -------
    float array, shape (nodes,)
        Weight that a node shares with its k nearest ones by cosine, over the weight that it
        shares with its k strongest ones: 1 if these are the same. Ties do no harm.
    """
    if not 0 < k < len(graph.names):
        raise MorningError(f"k must be between 1 and {len(graph.names) - 1}, not {k}")
    weights = graph.weights.toarray()
    near = nearest(embedding.reordered(graph.names).vectors, k)
    best = np.sort(weights, axis=1)[:, -k:].sum(axis=1)
    if not best.all():
        raise MorningError(_LONELY)
    return np.take_along_axis(weights, near, axis=1).sum(axis=1) / best


def recovered_by_reading(graph: ReleasedGraph, run: Run) -> pd.DataFrame:
    """Return `recovered_weight` of every attribute, a column for each embedding.

    Columns: "right reading" and "damaged reading", as `embed_readings` kept them, and "released".
    """
    embeddings = {
        "right reading": read_embedding(run.embedding("max")),
        "damaged reading": read_embedding(run.embedding("last")),
        "released": graph.embedding,
    }
    return pd.DataFrame({n: recovered_weight(graph.right, e) for n, e in embeddings.items()})


def _steps(graph: AttributeGraph) -> sparse.csr_array:
    """Return the probability of each step from each node; rows sum to one."""
    total = graph.weights.sum(axis=1)
    if not total.all():
        raise MorningError(_LONELY)
    return sparse.diags_array(1 / total) @ graph.weights

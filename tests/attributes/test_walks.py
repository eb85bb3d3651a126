"""Random walks: along edges, by weight, and biased as node2vec's are, p and q other than 1 too."""

import numpy as np
import pytest
from morning.attributes.graph import AttributeGraph
from morning.attributes.walks import random_walks
from morning.errors import MorningError
from scipy import sparse
from scipy.stats import chisquare

NODES = 7


def graph(seed=0) -> sparse.csr_array:
    """Return a connected graph with weights from 1 to 9 in which some pairs are not adjacent."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.integers(1, 10, (NODES, NODES)) * (rng.random((NODES, NODES)) < 0.45), 1)
    upper[np.arange(NODES - 1), np.arange(1, NODES)] = 3  # a path through all
    return sparse.csr_array((upper + upper.T).astype(float))


def transitions(walks: np.ndarray) -> np.ndarray:
    """Count moves t -> v -> x, shape (n, n, n)."""
    counts = np.zeros((NODES,) * 3)
    for k in range(2, walks.shape[1]):
        np.add.at(counts, (walks[:, k - 2], walks[:, k - 1], walks[:, k]), 1)
    return counts


def expected(weights: np.ndarray, t: int, v: int, p: float, q: float) -> np.ndarray:
    """Return the chances of going on from v, come from t, as the paper of node2vec has them."""
    bias = np.where(weights[t] > 0, 1.0, 1 / q)
    bias[t] = 1 / p
    chances = weights[v] * bias
    return chances / chances.sum()


def test_every_step_is_an_edge_and_every_node_starts_each_round():
    weights = graph()
    walks = random_walks(weights, walks=3, length=9, p=0.5, q=2)
    assert walks.shape == (3 * NODES, 9)
    assert (weights.toarray()[walks[:, :-1], walks[:, 1:]] > 0).all()
    for start in walks[:, 0].reshape(3, NODES):
        assert sorted(start) == list(range(NODES))


def test_the_first_step_goes_by_weight():
    weights = graph()
    walks = random_walks(weights, walks=20_000, length=2)
    for node in range(NODES):
        row = weights.toarray()[node]
        onward = np.bincount(walks[walks[:, 0] == node, 1], minlength=NODES)
        assert chisquare(onward[row > 0], row[row > 0] / row.sum() * onward.sum()).pvalue > 1e-4


@pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 4), (4, 0.25), (0.5, 0.5), (3, 2)])
def test_chances_are_those_of_node2vec(p, q):
    weights = graph().toarray()
    counts = transitions(random_walks(graph(), walks=4_000, length=20, p=p, q=q, seed=1))
    for t, v in zip(*np.nonzero(weights), strict=True):
        chances = expected(weights, t, v, p, q)
        seen = counts[t, v]
        assert seen[chances == 0].sum() == 0
        there = chances > 0
        if there.sum() > 1:
            fit = chisquare(seen[there], chances[there] * seen.sum())
            assert fit.pvalue > 1e-5, (t, v)


@pytest.mark.parametrize(("p", "q"), [(0.25, 4), (2, 0.5)])
def test_the_node2vec_package_has_the_same_chances(p, q):
    node2vec = pytest.importorskip("node2vec")
    names = tuple(map(str, range(NODES)))
    network = AttributeGraph(names, graph()).to_networkx()
    package = node2vec.Node2Vec(network, num_walks=1, walk_length=3, p=p, q=q, quiet=True, seed=0)
    weights = graph().toarray()
    for t, v in zip(*np.nonzero(weights), strict=True):
        there = package.d_graph[str(v)]
        chances = np.zeros(NODES)
        chances[[int(x) for x in there["neighbors"]]] = there["probabilities"][str(t)]
        assert np.allclose(chances, expected(weights, t, v, p, q))


def test_the_seed_decides():
    first, again = (random_walks(graph(), walks=2, length=8, q=2, seed=5) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, random_walks(graph(), walks=2, length=8, q=2, seed=6))


def test_weights_of_any_size_and_kind():
    tiny = sparse.csr_array(graph() * 1e-300)
    huge = sparse.csr_array(graph() * 1e300)
    whole = graph().astype(np.int64)
    walks = [random_walks(w, walks=1, length=5, seed=3) for w in (graph(), tiny, huge, whole)]
    assert all(np.array_equal(walks[0], each) for each in walks)


def test_an_edge_without_weight_is_none():
    weights = sparse.csr_array(np.array([[0, 1.0, 0], [1, 0, 1], [0, 1, 0]]))
    weights.data[[0, 1]] = 0  # between 0 and 1, both ways
    with pytest.raises(MorningError, match="every node has a neighbour"):
        random_walks(weights, walks=1, length=3)

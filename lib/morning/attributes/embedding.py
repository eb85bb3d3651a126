"""Node vectors of an attribute graph by node2vec, their files, and how alike two of them are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from morning.attributes.graph import AttributeGraph
from morning.attributes.walks import random_walks
from morning.errors import MorningError
from morning.files import whole_file
from morning.guard import readable, require


@dataclass(frozen=True)
class Node2VecOptions:
    """How node vectors are learned; the defaults are those of the authors' program.

    With p = q = 1 the walks are plain weighted first-order walks.
    """

    dimensions: int = 128
    """Numbers per node."""
    walk_length: int = 80
    """Nodes in a walk."""
    walks: int = 10
    """Walks that start at each node."""
    window: int = 10
    """Skip-gram context: nodes before and after in a walk."""
    p: float = 1.0
    """Return parameter: large values make walks turn back less."""
    q: float = 1.0
    """In-out parameter: small values make walks go further away."""
    epochs: int = 5
    """Passes of skip-gram over the walks."""
    seed: int = 0
    """Of walks and skip-gram."""

    def __post_init__(self) -> None:
        for name in ("dimensions", "walk_length", "walks", "window", "epochs", "p", "q"):
            if not getattr(self, name) > 0:
                raise MorningError(f"node2vec: {name} must be positive, not {getattr(self, name)}")
        if not 0 <= self.seed < 2**32:
            raise MorningError(f"node2vec: seed must be between 0 and 2**32 - 1, not {self.seed}")


@dataclass(frozen=True, eq=False)
class Embedding:
    """A vector for each attribute.

    Attributes
    ----------
    names : tuple of str, n of them
    vectors : float32 array, shape (n, dimensions)
        Row i belongs to `names[i]`.
    """

    names: tuple[str, ...]
    vectors: np.ndarray

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.names) != len(self.vectors):
            raise MorningError(
                f"embedding: {len(self.names)} names, but vectors of shape {self.vectors.shape}"
            )
        if len(set(self.names)) != len(self.names):
            raise MorningError("embedding: two nodes have the same name")
        if not np.isfinite(self.vectors).all():
            raise MorningError("embedding: vectors must be finite numbers")

    def reordered(self, names: Sequence[str]) -> Embedding:
        """Return the vectors of the given nodes, in their order.

        Raises
        ------
        MorningError
            If a node has no vector.
        """
        row = {name: i for i, name in enumerate(self.names)}
        if missing := [name for name in names if name not in row]:
            raise MorningError(f"embedding: no vector for {', '.join(missing[:5])}")
        return Embedding(tuple(names), self.vectors[[row[name] for name in names]])


def embed(
    graph: AttributeGraph, options: Node2VecOptions | None = None, quiet: bool = True
) -> Embedding:
    """Learn a vector for each node by node2vec: skip-gram over biased random walks.

    One worker and fixed seeds make it repeat exactly, in another process too. Walks are drawn as
    the `node2vec` package draws them, a hundred times faster; tests compare the two.

    Parameters
    ----------
    graph : AttributeGraph
        Every node needs a neighbour (`AttributeGraph.without_isolated`).
    options : Node2VecOptions, optional
    quiet : bool
        Without a progress bar on stderr.

    Raises
    ------
    MorningError
        If the graph is empty or a node has no neighbour.
    """
    from gensim.models import Word2Vec

    options = options or Node2VecOptions()
    walks = random_walks(
        graph.weights,
        walks=options.walks,
        length=options.walk_length,
        p=options.p,
        q=options.q,
        seed=options.seed,
    )
    model = Word2Vec(
        _Sentences(walks, len(graph), quiet),
        sg=1,
        vector_size=options.dimensions,
        window=options.window,
        min_count=1,
        epochs=options.epochs,
        seed=options.seed,
        workers=1,
    )
    vectors = model.wv[list(map(str, range(len(graph))))].astype(np.float32)
    return Embedding(graph.names, vectors)


class _Sentences:
    """Walks as sentences of numbered nodes, again and again, with a bar for each pass."""

    def __init__(self, walks: np.ndarray, nodes: int, quiet: bool) -> None:
        self.walks, self.quiet = walks, quiet
        self.words = np.array(list(map(str, range(nodes))), dtype=object)

    def __iter__(self) -> Iterator[list[str]]:
        for walk in tqdm(self.walks, "walks", unit="walk", disable=self.quiet):
            yield self.words[walk].tolist()


def read_embedding(path: str | Path, names: Sequence[str] | None = None) -> Embedding:
    """Read node vectors in word2vec's text format.

    Parameters
    ----------
    path : path
        First line "nodes dimensions", then one line per node: its name and its numbers.
    names : sequence of str, optional
        Where the file names nodes by number: name of node 0, 1, …; the rows then come in this
        order.

    Raises
    ------
    MorningError
        Naming the line that does not agree with the first one.
    """
    require(path)
    with readable(path, "text"), open(path, encoding="utf-8") as file:
        n, dimensions = _header(path, file.readline())
        found: list[str] = []
        vectors = np.empty((n, dimensions), dtype=np.float32)
        for number, line in enumerate(file, start=2):
            fields = line.rstrip("\n").rstrip().split(" ")
            if fields == [""]:
                continue
            if len(found) == n:
                raise MorningError(f"{path}, line {number}: more than the {n} nodes announced")
            if len(fields) != dimensions + 1:
                rule = f"needs a name and {dimensions} numbers, found {len(fields)} fields"
                raise MorningError(f"{path}, line {number}: {rule}")
            try:
                vectors[len(found)] = [float(field) for field in fields[1:]]
            except ValueError as error:
                raise MorningError(f"{path}, line {number}: {error}") from None
            found.append(fields[0])
    if len(found) != n:
        raise MorningError(f"{path}: {n} nodes announced, {len(found)} found")
    with readable(path):
        embedding = Embedding(tuple(found), vectors)
    if names is None:
        return embedding
    ordered = embedding.reordered([str(node) for node in range(len(names))])
    if len(embedding.names) != len(names):
        raise MorningError(f"{path}: {len(embedding.names)} nodes, but {len(names)} names")
    return Embedding(tuple(names), ordered.vectors)


def write_embedding(path: str | Path, embedding: Embedding) -> None:
    """Write node vectors in word2vec's text format, whole or not at all; exact when read back.

    Raises
    ------
    MorningError
        If a name holds white space, which the format cannot express.
    """
    for name in embedding.names:
        if name.split() != [name]:
            raise MorningError(f"{path}: the node name {name!r} has white space or is empty")
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        n, dimensions = embedding.vectors.shape
        file.write(f"{n} {dimensions}\n")
        for name, vector in zip(embedding.names, embedding.vectors, strict=True):
            file.write(" ".join([name, *map(str, vector)]) + "\n")


def neighbour_agreement(a: Embedding, b: Embedding, k: int = 10) -> dict[str, float]:
    """Return how far two embeddings agree on who is near whom, by cosine.

    Parameters
    ----------
    a, b : Embedding
        Of the same nodes, in any order.
    k : int
        Neighbours to look at, below n.

    Returns
    -------
    dict
        `agreement`: mean share of a node's k nearest neighbours that both have; `sem`: standard
        error of that mean over nodes; `chance`: the same share for unrelated embeddings,
        k / (n - 1); `k`; `nodes`: n.
    """
    if set(a.names) != set(b.names):
        raise MorningError("the two embeddings are of different nodes and cannot be compared")
    n = len(a.names)
    if not 0 < k < n:
        raise MorningError(f"k must be between 1 and {n - 1}, one less than the nodes, not {k}")
    near_a = nearest(a.vectors, k)
    near_b = nearest(b.reordered(a.names).vectors, k)
    shared = [len(np.intersect1d(x, y)) for x, y in zip(near_a, near_b, strict=True)]
    return {
        "agreement": float(np.mean(shared)) / k,
        "sem": float(np.std(shared, ddof=1)) / k / n**0.5,
        "chance": k / (n - 1),
        "k": float(k),
        "nodes": float(n),
    }


def nearest(vectors: np.ndarray, k: int) -> np.ndarray:
    """Return each row's k nearest other rows by cosine, nearest first, int, shape (n, k)."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    return np.argsort(-cosine, axis=1, kind="stable")[:, :k]


def _header(path: str | Path, line: str) -> tuple[int, int]:
    """Read "nodes dimensions"."""
    try:
        n, dimensions = (int(field) for field in line.split())
    except ValueError:
        raise MorningError(f"{path}, line 1: needs the numbers of nodes and dimensions") from None
    # A number takes a space and a digit at least: no array larger than what the file can hold.
    if n < 1 or dimensions < 1 or 2 * n * dimensions > os.path.getsize(path):
        raise MorningError(f"{path}, line 1: no {n} nodes × {dimensions} numbers in this file")
    return n, dimensions

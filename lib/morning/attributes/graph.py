"""The attribute co-occurrence graph, and the released files that hold one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse

from morning.errors import MorningError
from morning.guard import readable, require
from morning.reading.workbook import sheet_rows, workbook

if TYPE_CHECKING:
    import networkx as nx

Reading = Literal["max", "last"]

#: eq 17's scaling factor.
ETA = 2.0
_MOST_NODES = 1_000_000
_HEAVIEST = 1e12  # sums of more may overflow
_MOST_LINES = 50_000_000
_MOST_FIELDS = 3  # of a line; one more says that there are too many


@dataclass(frozen=True, eq=False)
class AttributeGraph:
    """Undirected weighted graph of attributes without loops (paper, eq 17).

    Attributes
    ----------
    names : tuple of str, n of them
        The attributes; node i is called `names[i]`.
    weights : sparse float64 matrix, shape (n, n)
        Symmetric, with an empty diagonal; every stored weight is positive.
    """

    names: tuple[str, ...]
    weights: sparse.csr_array

    def __post_init__(self) -> None:
        if self.weights.dtype.kind not in "biuf":
            raise MorningError(f"attribute graph: weights are {self.weights.dtype}, not numbers")
        weights = sparse.csr_array(self.weights, dtype=np.float64)
        weights.sort_indices()
        object.__setattr__(self, "weights", weights)
        n = len(self.names)
        if weights.shape != (n, n):
            raise MorningError(f"attribute graph: {n} names, but weights of shape {weights.shape}")
        if len(set(self.names)) != n:
            raise MorningError("attribute graph: two nodes have the same name")
        if weights.diagonal().any():
            raise MorningError("attribute graph: an attribute must not be its own neighbour")
        if not ((weights.data > 0) & (weights.data < _HEAVIEST)).all():
            raise MorningError("attribute graph: weights must be positive numbers, and no giants")
        if (weights != weights.T).nnz:
            raise MorningError("attribute graph: weights must be the same in both directions")

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def edges(self) -> pd.DataFrame:
        """Every pair once: first, second, weight; the heaviest first, ties in order of nodes."""
        upper = sparse.triu(self.weights, k=1).tocoo()
        order = np.lexsort((upper.col, upper.row, -upper.data))
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "first": names[upper.row[order]],
                "second": names[upper.col[order]],
                "weight": upper.data[order],
            }
        )

    @property
    def number_of_edges(self) -> int:
        """Number of unordered pairs with a weight."""
        return self.weights.nnz // 2

    @property
    def total_weight(self) -> float:
        """Sum of the weights of all unordered pairs."""
        return float(self.weights.sum() / 2)

    @property
    def degrees(self) -> np.ndarray:
        """Number of neighbours of each node, int, shape (n,)."""
        return np.diff(self.weights.indptr)

    def weight(self, first: str, second: str) -> float:
        """Return the weight between two attributes, 0 where they are not neighbours."""
        return float(self.weights[self.index(first), self.index(second)])

    def index(self, name: str) -> int:
        """Return the number of a node.

        Raises
        ------
        MorningError
            If there is no such attribute.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise MorningError(f"no attribute {name!r} in this graph of {len(self)}") from None

    def to_networkx(self) -> nx.Graph:
        """Return the same graph for networkx: nodes by name, edges with `weight`."""
        import networkx as nx  # ranking does not wait for it

        graph = nx.Graph()
        graph.add_nodes_from(self.names)
        upper = sparse.triu(self.weights, k=1).tocoo()
        graph.add_weighted_edges_from(
            (self.names[i], self.names[j], float(w))
            for i, j, w in zip(upper.row, upper.col, upper.data, strict=True)
        )
        return graph

    def ego(self, name: str, top: int = 15) -> AttributeGraph:
        """Return an attribute, its `top` heaviest neighbours and all edges among them.

        Raises
        ------
        MorningError
            If there is no such attribute.
        """
        centre = self.index(name)
        row = self.weights[[centre], :].tocoo()
        order = np.lexsort((row.col, -row.data))[:top]
        return self._subgraph([centre, *row.col[order]])

    def without_isolated(self) -> AttributeGraph:
        """Return the graph of those attributes that have a neighbour."""
        return self._subgraph(np.flatnonzero(self.degrees))

    def _subgraph(self, nodes: Sequence[int] | np.ndarray) -> AttributeGraph:
        weights = self.weights[nodes, :][:, nodes]
        return AttributeGraph(tuple(self.names[i] for i in nodes), weights)


def weights_of(counts: sparse.csr_array, eta: float = ETA) -> sparse.csr_array:
    """Return eq 17's weights, sqrt(count / eta), of co-occurrence counts."""
    if not eta > 0:
        raise MorningError(f"eta must be positive, not {eta}")
    return sparse.csr_array(np.sqrt(sparse.csr_array(counts, dtype=np.float64) / eta))


def counts_of(weights: np.ndarray | pd.Series, eta: float = ETA) -> np.ndarray:
    """Return the whole counts that weights rounded to two decimals stand for, int64."""
    return np.rint(eta * np.square(np.asarray(weights, dtype=np.float64))).astype(np.int64)


def read_lines(path: str | Path) -> pd.DataFrame:
    """Read an edge file line by line, keeping direction, order and duplicates.

    Parameters
    ----------
    path : path
        Lines "first second weight": two node numbers counted from 0, and a positive weight.

    Returns
    -------
    DataFrame
        first, second (int64) and weight (float64), one row per line.

    Raises
    ------
    MorningError
        Naming the line that is not of this form.
    """
    first, second, weight = [], [], []
    for number, fields in _fields(path):
        try:
            i, j, w = int(fields[0]), int(fields[1]), float(fields[2])
        except (ValueError, IndexError):
            raise MorningError(f"{path}, line {number}: needs two node numbers and a weight") from (
                None
            )
        if len(fields) != 3 or not (0 <= i < _MOST_NODES and 0 <= j < _MOST_NODES) or i == j:
            raise MorningError(f"{path}, line {number}: needs two different node numbers, a weight")
        if not 0 < w < _HEAVIEST:
            raise MorningError(f"{path}, line {number}: the weight must be positive, not {w}")
        first.append(i)
        second.append(j)
        weight.append(w)
    if not first:
        raise MorningError(f"{path}: no edges in this file")
    columns = {"first": np.array(first), "second": np.array(second), "weight": np.array(weight)}
    return pd.DataFrame(columns)


def read_edges(
    path: str | Path, names: Sequence[str] | None = None, reading: Reading = "max"
) -> AttributeGraph:
    """Read an undirected graph from a file in which pairs may occur in both directions.

    In the released file 11,460 pairs do, and one of the two lines always has the smallest
    weight there is.

    Parameters
    ----------
    path : path
        As in `read_lines`.
    names : sequence of str, optional
        Name of each node; without it, the node's number.
    reading : {"max", "last"}
        "max" gives a pair the larger weight of its lines. "last" is how the authors' loader
        reads the file: every line overwrites both directions, so that the last one counts.

    Raises
    ------
    MorningError
        If a line is not of the right form or names a node that has no name.
    """
    if reading not in get_args(Reading):
        raise MorningError(f"reading must be one of {', '.join(get_args(Reading))}, not {reading}")
    lines = read_lines(path)
    n = int(max(lines["first"].max(), lines["second"].max())) + 1
    if names is None:
        names = [str(i) for i in range(n)]
    if n > len(names):
        raise MorningError(f"{path}: node {n - 1} has no name; there are {len(names)} names")
    pair = pd.DataFrame(
        {
            "low": lines[["first", "second"]].min(axis=1),
            "high": lines[["first", "second"]].max(axis=1),
            "weight": lines["weight"],
        }
    )
    chosen = pair.groupby(["low", "high"], as_index=False)["weight"].agg(reading)
    shape = (len(names), len(names))
    upper = sparse.coo_array((chosen["weight"], (chosen["low"], chosen["high"])), shape).tocsr()
    with readable(path):
        return AttributeGraph(tuple(names), upper + upper.T)


def read_names(path: str | Path) -> tuple[str, ...]:
    """Read the node names from the released spreadsheet of co-occurrence frequencies.

    Parameters
    ----------
    path : path
        .xlsx whose first sheet has rows (name, number, name, number, weight).

    Returns
    -------
    tuple of str
        Name of node 0, 1, …

    Raises
    ------
    MorningError
        If a row is of another form, a node has two names or none.
    """
    names: dict[int, str] = {}
    with readable(path, ".xlsx"), workbook(Path(path)) as book:
        for number, row in sheet_rows(book):
            if len(row) < 5 or not all(isinstance(row[c], str) for c in (0, 2)):
                rule = "needs name, number, name, number, weight"
                raise MorningError(f"{path}, row {number}: {rule}")
            for name, node in ((row[0], row[1]), (row[2], row[3])):
                if type(node) is not int or names.setdefault(node, str(name)) != name:
                    raise MorningError(f"{path}, row {number}: node {node!r} has no single name")
    if sorted(names) != list(range(len(names))) or not names:
        raise MorningError(f"{path}: the nodes are not numbered from 0 without gaps")
    return tuple(names[node] for node in range(len(names)))


def describe(graph: AttributeGraph) -> pd.DataFrame:
    """Return the graph's size and shape as one row of numbers.

    Returns
    -------
    DataFrame, one row
        nodes, edges, density, total_weight, mean_weight, degree_min, degree_median,
        degree_max, floor_weight (the smallest weight) and floor_share (of edges that have it).
    """
    if graph.number_of_edges == 0:
        raise MorningError("this attribute graph has no edges, so there is nothing to describe")
    n, weights, degrees = len(graph), graph.edges["weight"].to_numpy(), graph.degrees
    return pd.DataFrame(
        {
            "nodes": [n],
            "edges": [len(weights)],
            "density": [2 * len(weights) / (n * (n - 1))],
            "total_weight": [weights.sum()],
            "mean_weight": [weights.mean()],
            "degree_min": [int(degrees.min())],
            "degree_median": [float(np.median(degrees))],
            "degree_max": [int(degrees.max())],
            "floor_weight": [weights.min()],
            "floor_share": [float((weights == weights.min()).mean())],
        }
    )


def _fields(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number (from 1) and whitespace-separated fields of every line that has any."""
    require(path)
    with readable(path, "text"), open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if number > _MOST_LINES:
                raise MorningError(f"{path}: more than {_MOST_LINES:,} lines")
            if fields := line.split(maxsplit=_MOST_FIELDS):
                yield number, fields

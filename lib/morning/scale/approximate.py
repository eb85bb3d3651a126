"""An index of vectors: most of the largest products, without looking at every vector.

Vectors are parted into cells around centroids; those of the cells nearest to a query are compared
in eight bits (IVF-SQ8 of faiss, Johnson et al. 2019), and the best of them anew as they are. How
many cells are looked into is chosen by a measurement: half of some queries decide, the other half
say what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from morning.errors import MorningError
from morning.files import sha256, whole_file

if TYPE_CHECKING:
    import faiss

Blocks = Callable[[], Iterator[tuple[int, np.ndarray]]]

#: Largest products that recall is measured by.
MEASURED_K = 20
#: Fewer vectors are compared as fast without an index.
FEWEST = 10_000
_PER_CELL = 64  # vectors that a centroid is learnt from
_ROUNDS = 10  # of k-means
_MORE = 5  # times as many are compared anew as are asked for


@dataclass(frozen=True)
class Index:
    """What is known of an index beside its file.

    Attributes
    ----------
    path : Path
    probes : int
        Cells that are looked into.
    recall : float
        Share of the 20 largest products that are found, the mean over queries that decided
        nothing.
    queries : int
        How many these were.
    digest : str
        SHA-256 of the file.
    """

    path: Path
    probes: int
    recall: float
    queries: int
    digest: str

    @classmethod
    def of(cls, path: Path, record: Mapping[str, Any]) -> Index:
        """Return an index from what `record` gave; KeyError, TypeError where it is none."""
        kinds = {"probes": int, "recall": float, "queries": int, "digest": str}
        for name, kind in kinds.items():
            if type(record[name]) is not kind:
                raise TypeError(f"{name} of an index is {record[name]!r:.60}")
        return cls(path, **{name: record[name] for name in kinds})

    def record(self) -> dict[str, Any]:
        """Return what `of` needs, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if name != "path"}

    def candidates(self, query: np.ndarray, k: int, wanted: np.ndarray | None) -> np.ndarray:
        """Return rows among which the k largest products nearly all are; their order says little.

        Parameters
        ----------
        query : array, shape (width,)
        k : int
        wanted : bool array, shape (n,), optional
            Rows to choose from. The fewer, the more cells are looked into.
        """
        share = 1.0 if wanted is None else max(float(wanted.mean()), 1e-9)
        probes = min(int(np.ceil(self.probes / share)), self._opened.nlist)
        return _nearest(self._opened, query, k, probes, wanted)

    @cached_property
    def _opened(self) -> faiss.IndexIVF:
        faiss = import_faiss()
        if not self.path.is_file() or sha256(self.path) != self.digest:
            raise MorningError(
                f"{self.path}: the index is not the one that was made; make it again"
            )
        return faiss.read_index(str(self.path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)


@dataclass(frozen=True, eq=False)
class Unwritten:
    """An index in memory, as `build` makes it."""

    made: faiss.IndexIVF
    probes: int
    recall: float
    queries: int

    def write(self, path: Path) -> Index:
        """Write it whole or not at all."""
        with whole_file(path) as temporary:
            import_faiss().write_index(self.made, str(temporary))
        return Index(path, self.probes, self.recall, self.queries, sha256(path))


def build(n: int, blocks: Blocks, queries: np.ndarray, recall: float) -> Unwritten:
    """Return an index of vectors.

    Parameters
    ----------
    n : int
        How many there are.
    blocks : callable
        Gives them anew, each time it is called: numbers of first rows, and float32 arrays
        (any, width).
    queries : float array, shape (at least 2, width)
        Such as will be asked.
    recall : float
        What is to be reached at least, by the queries that decide.

    Raises
    ------
    MorningError
        If faiss is not installed.
    """
    made = _trained(n, blocks)
    for _, block in blocks():
        made.add(np.ascontiguousarray(block))
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    truth, probes = _largest_products(blocks, queries), 1
    while probes < made.nlist and _recall(made, queries[::2], truth[::2], probes) < recall:
        probes = min(2 * probes, made.nlist)
    found = _recall(made, queries[1::2], truth[1::2], probes)
    return Unwritten(made, probes, found, len(queries[1::2]))


def import_faiss() -> Any:
    """Return the module.

    Raises
    ------
    MorningError
        If it is not installed.
    """
    try:
        import faiss
    except ImportError:
        raise MorningError("an index needs faiss: pip install 'morning[ann]'") from None
    return faiss


def _trained(n: int, blocks: Blocks) -> faiss.IndexIVF:
    """Return an index without vectors, its centroids learnt of some."""
    faiss = import_faiss()
    cells = max(1, int(2 * n**0.5))
    chosen = np.linspace(0, n - 1, min(n, _PER_CELL * cells)).astype(np.int64)
    sample = np.concatenate(
        [
            block[chosen[(chosen >= first) & (chosen < first + len(block))] - first]
            for first, block in blocks()
        ]
    )
    width = sample.shape[1]
    made = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(width),
        width,
        cells,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    made.cp.niter, made.cp.max_points_per_centroid, made.cp.seed = _ROUNDS, _PER_CELL, 0
    made.train(sample)
    return made


def _nearest(
    made: faiss.IndexIVF, query: np.ndarray, k: int, probes: int, wanted: np.ndarray | None
) -> np.ndarray:
    faiss = import_faiss()
    options: dict[str, Any] = {"nprobe": probes}
    if wanted is not None:
        bits = np.packbits(wanted, bitorder="little")
        options["sel"] = faiss.IDSelectorBitmap(bits)
    asked = np.ascontiguousarray(query[None], dtype=np.float32)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # so little is to be done that two would wait for each other
    try:
        _, rows = made.search(asked, _MORE * k, params=faiss.SearchParametersIVF(**options))
    finally:
        faiss.omp_set_num_threads(threads)
    return rows[0][rows[0] >= 0]


def _largest_products(blocks: Blocks, queries: np.ndarray) -> np.ndarray:
    """Return the rows of the largest products of each query, int64 (queries, MEASURED_K)."""
    best: Any = np.full((len(queries), 0), -np.inf, dtype=np.float32)
    rows: Any = np.zeros((len(queries), 0), dtype=np.int64)
    for start, block in blocks():
        products = queries @ block.T
        here = np.broadcast_to(np.arange(start, start + len(block)), products.shape)
        best, rows = np.hstack([best, products]), np.hstack([rows, here])
        first = np.argsort(-best, axis=1, kind="stable")[:, :MEASURED_K]
        best, rows = (np.take_along_axis(each, first, axis=1) for each in (best, rows))
    return rows


def _recall(made: faiss.IndexIVF, queries: np.ndarray, truth: np.ndarray, probes: int) -> float:
    """Return the mean share of the rows in `truth`, (queries, k), that are among candidates."""
    k = truth.shape[1]
    found = [
        np.isin(rows, _nearest(made, query, k, probes, None)).mean()
        for query, rows in zip(queries, truth, strict=True)
    ]
    return float(np.mean(found))

"""Vectors of many accounts on disk, searched while they grow and shrink.

A store is a folder of segments, files that are never changed once they have their names, and of a
record that says which segments there are and which of their rows count no more. Whoever adds or
removes writes new files beside the old ones and then a new record, in one step: a reader has
either the one state or the other, for as long as it likes. Segments halve at least in size from
one to the next, so that there are few of them, and what is added often is rewritten seldom.
"""

from __future__ import annotations

import mmap
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.files import held, read_json, whole_file, write_json
from morning.guard import readable, require
from morning.guard.arrays import read_array
from morning.guard.tables import read_parquet
from morning.scale.approximate import FEWEST, Index, build

FORMAT = 1
RECORD = "store.json"
_INDEX = ".faiss"
_BLOCK_BYTES = 1 << 28
#: Of files that are larger, pages are given back once they have been read.
_RESIDENT_BYTES = 1 << 30
#: A share of wanted rows from which a block is multiplied as a whole.
_MANY = 1 / 8
#: So few rows are compared as fast without an index.
_FEW = 1000
_TRIES = 10
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Segment:
    """Some of the vectors, float32 (rows, width), and whose they are."""

    folder: Path
    name: str

    vectors: np.ndarray
    """Mapped."""
    ids: np.ndarray
    """object (rows,)."""
    index: Index | None = None

    @classmethod
    def read(cls, folder: Path, name: str, index: Mapping[str, Any] | None = None) -> Segment:
        """Map the vectors and read the ids: both stay readable when the files are deleted.

        Raises
        ------
        Exception
            One of `guard.DAMAGED`, if they do not fit one another.
        """
        path = folder / f"{name}.parquet"
        require(path, folder)
        vectors = read_array(folder / f"{name}.npy", folder)
        ids = read_parquet(path)["id"].to_numpy(dtype=object)
        if vectors.ndim != 2 or vectors.dtype != np.float32 or len(ids) != len(vectors):
            raise ValueError(f"{name} is {vectors.dtype} {vectors.shape} for {len(ids)} ids")
        made = None if index is None else Index.of(folder / f"{name}{_INDEX}", index)
        return cls(folder, name, vectors, ids, made)

    def __len__(self) -> int:
        return len(self.vectors)

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the vectors in blocks, each with the number of its first row."""
        size = max(1, _BLOCK_BYTES // (self.vectors.itemsize * self.vectors.shape[1]))
        for start in range(0, len(self), size):
            yield start, self.vectors[start : start + size]
            if self.vectors.nbytes > _RESIDENT_BYTES:
                self._forget(start, start + size)

    def multiply(self, queries: np.ndarray, wanted: np.ndarray, found: np.ndarray) -> None:
        """Write the products of the wanted rows into `found`, (queries, rows); -inf elsewhere."""
        for start, block in self.blocks():
            here = slice(start, start + len(block))
            rows = np.flatnonzero(wanted[here])
            if len(rows) <= _MANY * len(block):
                found[:, start + rows] = queries @ block[rows].T
            elif len(queries) == 1:  # half as long as a product of matrices
                np.matmul(block, queries[0], out=found[0, here])
            else:
                found[:, here] = queries @ block.T
        found[:, ~wanted] = -np.inf

    def candidates(self, query: np.ndarray, k: int, wanted: np.ndarray) -> np.ndarray:
        """Return rows among which the k largest products of the wanted ones are, or nearly all.

        Parameters are those of `Index.candidates`; without an index, or where so few are wanted
        that it is no help, all of them are looked at.
        """
        if self.index is not None and wanted.sum() > _FEW:
            return self.index.candidates(query, k, None if wanted.all() else wanted)
        scores = np.full(len(self), -np.inf, dtype=np.float32)
        self.multiply(np.asarray(query[None], dtype=np.float32), wanted, scores[None])
        return largest(scores, k)

    def _forget(self, start: int, stop: int) -> None:
        """Give back the pages of some rows; the system keeps them as long as it has room."""
        mapped, row = self.vectors._mmap, self.vectors.strides[0]  # type: ignore[attr-defined]
        ahead = len(mapped) - self.vectors.nbytes
        first = (ahead + start * row) // mmap.PAGESIZE * mmap.PAGESIZE
        mapped.madvise(mmap.MADV_DONTNEED, first, min(ahead + stop * row, len(mapped)) - first)


@dataclass(frozen=True, eq=False)
class VectorStore:
    """One state of a store; what others do to the folder meanwhile is not seen.

    Attributes
    ----------
    folder : Path
    width : int
    about : dict
        What its maker says of it, ready for JSON.
    segments : tuple of Segment
    removed : tuple of int64 array
        Rows of each segment that count no more, ascending.
    """

    folder: Path
    width: int
    about: Mapping[str, Any]
    segments: tuple[Segment, ...] = ()
    removed: tuple[np.ndarray, ...] = ()

    @classmethod
    def create(cls, folder: str | Path, width: int, about: Mapping[str, Any]) -> VectorStore:
        """Make an empty store; one that is there is emptied.

        Raises
        ------
        MorningError
            If another process writes to it, or the folder holds other files.
        """
        folder = Path(folder)
        if folder.is_dir() and any(folder.iterdir()) and not is_store(folder):
            raise MorningError(f"{folder} holds other files: choose another folder")
        with held(folder):
            cls(folder, width, dict(about))._write()
            return cls.open(folder)

    @classmethod
    def open(cls, folder: str | Path) -> VectorStore:
        """Return the present state.

        Raises
        ------
        MorningError
            If there is none, or it cannot be read.
        """
        folder = Path(folder)
        if not is_store(folder):
            raise MorningError(f"{folder}: no vectors are kept here ({RECORD})")
        for _ in range(_TRIES):
            before = read_json(folder / RECORD)
            try:
                return cls._opened(folder, before)
            except MorningError:
                if read_json(folder / RECORD) == before:  # or another has replaced its files
                    raise
        raise MorningError(f"{folder}: it changes faster than it can be read; try again")

    @classmethod
    def _opened(cls, folder: Path, record: Any) -> VectorStore:
        with readable(folder, "a store of vectors", "make it again"):
            if record["format"] != FORMAT:
                raise ValueError(f"format {record['format']}, not {FORMAT}")
            width, about = record["width"], dict(record["about"])
            segments, removed = [], []
            for entry in record["segments"]:
                segment = Segment.read(folder, _name(entry["name"]), entry["index"])
                if segment.vectors.shape[1] != width:
                    raise ValueError(f"{segment.name} has not {width} columns")
                segments.append(segment)
                removed.append(_removed(folder, entry["removed"], len(segment)))
            return cls(folder, width, about, tuple(segments), tuple(removed))

    @cached_property
    def ids(self) -> np.ndarray:
        """Whose vectors there are, object (n,): those that were removed are not among them."""
        every = [np.zeros(0, dtype=object), *(segment.ids for segment in self.segments)]
        return np.concatenate(every)[self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self,
        ids: Sequence[str],
        vectors: Iterable[np.ndarray],
        about: Mapping[str, Any] | None = None,
    ) -> VectorStore:
        """Add vectors, and take away older ones of the same ids; return the state after it.

        Parameters
        ----------
        ids : sequence of str
        vectors : iterable of float array, shape (any, width)
            Blocks of rows, together one for each id.
        about : mapping, optional
            What is said of the store from then on.

        Raises
        ------
        MorningError
            If an id is given twice, the vectors do not fit, or another process writes.
        """
        ids = [str(each) for each in ids]
        if len(set(ids)) < len(ids):
            raise MorningError("an id is given twice")
        with held(self.folder):
            now = VectorStore.open(self.folder)._said(about)
            if not ids:
                return now._write()
            added = now._written(ids, vectors)
            now = now._without(ids)
            now = now._with((*now.segments, added), (*now.removed, _NONE))
            return now._merged()._write()

    def remove(self, ids: Iterable[str], about: Mapping[str, Any] | None = None) -> VectorStore:
        """Take vectors away; return the state after it.

        Parameters
        ----------
        ids : iterable of str
        about : mapping, optional
            As in `add`.

        Raises
        ------
        MorningError
            If an id is unknown, or another process writes.
        """
        ids = [str(each) for each in ids]
        with held(self.folder):
            now = VectorStore.open(self.folder)._said(about)
            if unknown := sorted(set(ids) - set(now.ids)):
                raise MorningError(f"no vectors of {', '.join(unknown[:5])}")
            return now._without(ids)._merged()._write()

    def indexed(self, queries: np.ndarray, recall: float = 0.98) -> VectorStore:
        """Make an index of every large segment that has none; return the state after it.

        Parameters
        ----------
        queries : array, shape (at least 2, width)
            Such as will be asked: half of them decide how much of an index is looked at, the
            others say how much of what is looked for it finds.
        recall : float
            Share of the largest products that is to be found at least.

        Raises
        ------
        MorningError
            If there are fewer queries, faiss is not installed, or another process writes.
        """
        if len(queries) < 2:
            raise MorningError("an index needs two queries at least: one decides, one judges")
        lacking = [s for s in self.segments if s.index is None and len(s) >= FEWEST]
        made = {
            s.name: build(len(s), s.blocks, queries, recall) for s in lacking
        }  # others may write
        with held(self.folder):
            now = VectorStore.open(self.folder)
            segments = [
                replace(s, index=made[s.name].write(self.folder / f"{s.name}{_INDEX}"))
                if s.name in made
                else s
                for s in now.segments
            ]
            return now._with(segments, now.removed)._write()

    @property
    def recall(self) -> float | None:
        """Share of the largest products that indexes find, of the worst; None without one."""
        return min((s.index.recall for s in self.segments if s.index), default=None)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows of `ids`, float32 (len(rows), width)."""
        found = np.empty((len(rows), self.width), dtype=np.float32)
        for segment, first, last in self._bounds():
            here = (self._rows[rows] >= first) & (self._rows[rows] < last)
            found[here] = segment.vectors[self._rows[rows][here] - first]
        return found

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield all vectors in the order of `ids`, in blocks."""
        for segment, first, _ in self._bounds():
            for start, block in segment.blocks():
                there = self._alive[first + start : first + start + len(block)]
                yield block if there.all() else block[there]

    def scores(self, queries: np.ndarray, wanted: np.ndarray | None = None) -> np.ndarray:
        """Return inner products with all vectors, float32 (len(queries), n).

        Parameters
        ----------
        queries : array, shape (any, width)
        wanted : bool array, shape (n,), optional
            Where it is False the product is -inf; blocks with few wanted rows are not read whole.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        n = sum(map(len, self.segments))
        found = np.full((len(queries), n), -np.inf, dtype=np.float32)
        asked = self._asked(wanted)
        for segment, first, last in self._bounds():
            segment.multiply(queries, asked[first:last], found[:, first:last])
        return found if len(self) == n else found[:, self._rows]

    def search(
        self,
        query: np.ndarray,
        k: int,
        wanted: np.ndarray | None = None,
        *,
        approximate: bool = False,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the largest inner products, and these.

        Parameters
        ----------
        query : array, shape (width,)
        k : int
        wanted : bool array, shape (n,), optional
            Rows to choose from; others are passed over inside the search.
        approximate : bool
            Ask the indexes, where there are any, see `recall`; otherwise all vectors are looked at.

        Returns
        -------
        int64 array, shape (at most k,)
            Rows of `ids`, the largest product first, of equals the earlier row.
        float64 array
            Their products, computed anew in double precision.
        """
        if not approximate:
            return self._ordered(query, k, largest(self.scores(query[None], wanted)[0], k))
        asked = self._asked(wanted)
        found = [
            first + segment.candidates(query, k, asked[first:last])
            for segment, first, last in self._bounds()
        ]
        rows = np.concatenate([_NONE, *found])
        return self._ordered(query, k, np.searchsorted(self._rows, rows))

    def _ordered(
        self, query: np.ndarray, k: int, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best of some rows and their products in double precision, best first."""
        rows = np.sort(rows)
        exact = self.take(rows).astype(np.float64) @ np.asarray(query, dtype=np.float64)
        order = np.argsort(-exact, kind="stable")[:k]
        return rows[order], exact[order]

    @cached_property
    def _rows(self) -> np.ndarray:
        """Which rows of all segments, one after the other, count."""
        return np.flatnonzero(self._alive)

    @cached_property
    def _alive(self) -> np.ndarray:
        """Say of the rows of all segments which count."""
        alive = np.ones(sum(map(len, self.segments)), dtype=bool)
        for (_, first, _), gone in zip(self._bounds(), self.removed, strict=True):
            alive[first + gone] = False
        return alive

    def _asked(self, wanted: np.ndarray | None) -> np.ndarray:
        """Say of the rows of all segments which are asked for."""
        if wanted is None:
            return self._alive
        asked = self._alive.copy()
        asked[self._rows] = wanted
        return asked

    def _bounds(self) -> Iterator[tuple[Segment, int, int]]:
        """Yield each segment with its first row and the one after its last."""
        first = 0
        for segment in self.segments:
            yield segment, first, first + len(segment)
            first += len(segment)

    def _said(self, about: Mapping[str, Any] | None) -> VectorStore:
        return self if about is None else replace(self, about=dict(about))

    def _with(self, segments: Sequence[Segment], removed: Sequence[np.ndarray]) -> VectorStore:
        return VectorStore(self.folder, self.width, self.about, tuple(segments), tuple(removed))

    def _without(self, ids: Iterable[str]) -> VectorStore:
        """Return the state in which the rows of some ids count no more."""
        rows = self._rows[pd.Index(self.ids).isin(list(ids))]
        removed = [
            np.union1d(gone, rows[(rows >= first) & (rows < last)] - first)
            for (_, first, last), gone in zip(self._bounds(), self.removed, strict=True)
        ]
        left = [
            (segment, gone)
            for segment, gone in zip(self.segments, removed, strict=True)
            if len(gone) < len(segment)
        ]
        return self._with([segment for segment, _ in left], [gone for _, gone in left])

    def _merged(self) -> VectorStore:
        """Return the state in which small segments at the end are one, and none is half empty."""
        parts = list(zip(self.segments, self.removed, strict=True))
        counts = [len(segment) - len(gone) for segment, gone in parts]
        half_empty = [i for i, (segment, gone) in enumerate(parts) if 2 * len(gone) > len(segment)]
        keep, last = len(counts), 0
        while keep and (last == 0 or counts[keep - 1] < 2 * last):
            keep -= 1
            last += counts[keep]
        keep = min([keep, *half_empty])
        if len(counts) - keep < 2 and not half_empty:
            return self
        tail = self._with(self.segments[keep:], self.removed[keep:])
        merged = self._written(tail.ids.tolist(), tail.blocks())
        return self._with((*self.segments[:keep], merged), (*self.removed[:keep], _NONE))

    def _written(self, ids: Sequence[str], blocks: Iterable[np.ndarray]) -> Segment:
        """Write a segment that no record names yet."""
        name, count = uuid.uuid4().hex[:16], 0
        with whole_file(self.folder / f"{name}.npy") as temporary:
            with open(temporary, "wb") as file:
                header = {"descr": "<f4", "fortran_order": False, "shape": (len(ids), self.width)}
                np.lib.format.write_array_header_1_0(file, header)
                for block in blocks:
                    if block.ndim != 2 or block.shape[1] != self.width:
                        raise MorningError(f"vectors must have {self.width} columns")
                    if not np.isfinite(block).all():
                        raise MorningError("vectors must be finite")
                    np.ascontiguousarray(block, dtype="<f4").tofile(file)
                    count += len(block)
            if count != len(ids):
                raise MorningError(f"{count} vectors were given for {len(ids)} ids")
        with whole_file(self.folder / f"{name}.parquet") as temporary:
            pd.DataFrame({"id": pd.Series(list(ids), dtype="str")}).to_parquet(temporary)
        return Segment.read(self.folder, name)

    def _write(self) -> VectorStore:
        """Make this the state of the folder, and delete what is of no state."""
        entries = []
        for segment, gone in zip(self.segments, self.removed, strict=True):
            name = None
            if len(gone):
                name = uuid.uuid4().hex[:16]
                with (
                    whole_file(self.folder / f"{name}.npy") as temporary,
                    open(temporary, "wb") as file,
                ):
                    np.save(file, gone)
            index = segment.index and segment.index.record()
            entries.append({"name": segment.name, "removed": name, "index": index})
        record = {"format": FORMAT, "width": self.width, "about": dict(self.about)}
        write_json(self.folder / RECORD, record | {"segments": entries})
        named = {entry[kind] for entry in entries for kind in ("name", "removed")}
        for path in self.folder.iterdir():
            if path.name != RECORD and not path.name.startswith(".") and path.stem not in named:
                path.unlink()
        return self


def is_store(folder: str | Path) -> bool:
    """Whether a folder holds a store."""
    return (Path(folder) / RECORD).is_file()


def largest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return where the k largest of some scores stand, in no order; -inf is never among them."""
    if k >= len(scores):
        return np.flatnonzero(scores > -np.inf)
    found = np.argpartition(scores, len(scores) - k)[len(scores) - k :] if k else np.zeros(0, int)
    return found[scores[found] > -np.inf]


def _removed(folder: Path, name: Any, rows: int) -> np.ndarray:
    """Read which of so many rows count no more."""
    if name is None:
        return _NONE
    gone = np.array(read_array(folder / f"{_name(name)}.npy", folder))
    if gone.dtype != np.int64 or gone.ndim != 1 or not (np.diff(gone, prepend=-1) > 0).all():
        raise ValueError(f"{name} must be of rows that ascend")
    if len(gone) and gone[-1] >= rows:
        raise ValueError(f"there is no row {gone[-1]}")
    return gone


def _name(name: Any) -> str:
    """Return the name of a segment; ValueError where it is none, but may be a path."""
    if not (isinstance(name, str) and name.isalnum()):
        raise ValueError(f"{name!r} is no name of a file of vectors")
    return name

"""What is known of pictures, on disk: shards that are written whole and found again by content."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from scipy import sparse

from morning.files import whole_folder
from morning.guard import REFUSED
from morning.guard.arrays import read_array, require_arrays

log = logging.getLogger(__name__)

#: One part of what is known of pictures: a row per picture, sparse or dense.
Rows: TypeAlias = np.ndarray | sparse.csr_matrix

_DIGESTS = "digests.npy"


@dataclass
class Part:
    """Where one part of what is known of pictures lies: rows are numbered shard after shard."""

    files: list[Path] = field(default_factory=list)
    """The part's file in each shard that has it."""
    starts: list[int] = field(default_factory=lambda: [0])
    """Number of the first row of each file, and of the next file to come."""
    row_of: dict[str, int] = field(default_factory=dict)
    """SHA-256 of a picture's file -> its row."""

    def add(self, file: Path, digests: Sequence[str]) -> None:
        """Take in one more file; the first of two rows for one picture is kept."""
        start = self.starts[-1]
        self.files.append(file)
        self.starts.append(start + len(digests))
        for row, digest in enumerate(digests, start=start):
            self.row_of.setdefault(digest, row)

    def dense(self, rows: np.ndarray) -> np.ndarray:
        """Return some rows, reading no others."""
        first = np.load(self.files[0], mmap_mode="r")
        out = np.empty((len(rows), *first.shape[1:]), first.dtype)
        file_of = np.searchsorted(self.starts, rows, side="right") - 1
        for i in np.unique(file_of):
            here = np.flatnonzero(file_of == i)
            out[here] = np.load(self.files[i], mmap_mode="r")[rows[here] - self.starts[i]]
        return out

    def sparse(self, rows: np.ndarray, columns: int) -> sparse.csr_matrix:
        """Return some rows of a sparse part."""
        every = [sparse.load_npz(file) for file in self.files]
        empty = sparse.csr_matrix((0, columns), dtype=np.float32)
        return sparse.vstack([empty, *every], format="csr")[rows]


class Shards:
    """A folder of shards, each with some parts of what is known of some pictures.

    Parameters
    ----------
    folder : Path
        Need not exist. A damaged shard is reported and left out.
    columns : dict of str to int
        The sparse parts, and how many columns each has; all hold probabilities.
    """

    def __init__(self, folder: Path, columns: Mapping[str, int]) -> None:
        self.folder = folder
        self.columns = columns
        self.parts: dict[str, Part] = {}
        for shard in sorted(folder.glob("*/")):
            if shard.suffix:
                continue  # left by a run that was killed while it wrote
            try:
                self._add(shard)
            except REFUSED as error:
                log.warning("%s: damaged, its pictures are looked at again (%s)", shard, error)

    def __getitem__(self, part: str) -> Part:
        return self.parts.get(part, Part())

    def lacking(self, digest: str, parts: Iterable[str]) -> tuple[str, ...]:
        """Return which of some parts are not known of a picture."""
        return tuple(part for part in parts if digest not in self[part].row_of)

    def write(self, digests: Sequence[str], parts: Mapping[str, Rows]) -> None:
        """Keep parts of what is known of pictures as one more shard."""
        key = hashlib.sha256("".join([*digests, *parts]).encode()).hexdigest()[:24]
        with whole_folder(self.folder / key) as temporary:
            np.save(temporary / _DIGESTS, np.array(digests, dtype="S64"))
            for name, rows in parts.items():
                if name in self.columns:
                    sparse.save_npz(temporary / f"{name}.npz", rows)
                else:
                    np.save(temporary / f"{name}.npy", rows)
        self._add(self.folder / key)

    def _add(self, shard: Path) -> None:
        """Take in one shard, after a check that it is consistent."""
        digests = [d.decode("ascii") for d in read_array(shard / _DIGESTS)]
        files = [path for path in sorted(shard.glob("*.np[yz]")) if path.name != _DIGESTS]
        for path in files:
            if path.suffix == ".npy":
                rows = len(read_array(path))
            else:
                require_arrays(path)
                rows = _checked(sparse.load_npz(path), self.columns[path.stem])
            if rows != len(digests):
                raise ValueError(f"{path.name} has {rows} rows for {len(digests)} pictures")
        for path in files:
            self.parts.setdefault(path.stem, Part()).add(path, digests)


def _checked(matrix: sparse.csr_matrix, columns: int) -> int:
    """Return how many rows of probabilities there are."""
    matrix.check_format(full_check=True)
    if matrix.shape[1] != columns or not ((matrix.data > 0) & (matrix.data <= 1.001)).all():
        raise ValueError("holds no probabilities")
    return matrix.shape[0]

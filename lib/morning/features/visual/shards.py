"""Vectors of pictures on disk, in shards that are written whole and found again by content."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from morning.files import whole_file

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Vectors:
    """Class probabilities of pictures.

    Attributes
    ----------
    digests : list of str
        SHA-256 of each picture's file.
    objects, scenes : float32 sparse matrices, shapes (pictures, object | scene classes)
        Probabilities above the cache's floor.
    """

    digests: list[str]
    objects: sparse.csr_matrix
    scenes: sparse.csr_matrix


def stack(parts: list[Vectors], classes: tuple[int, int]) -> Vectors:
    """Join vectors of (objects, scenes) classes; the first of two with one digest is kept."""
    digests = [d for part in parts for d in part.digests]
    first = np.unique(np.array(digests, dtype="U64"), return_index=True)[1]
    empty = [sparse.csr_matrix((0, c), dtype=np.float32) for c in classes]
    objects = sparse.vstack([empty[0], *(p.objects for p in parts)], format="csr")
    scenes = sparse.vstack([empty[1], *(p.scenes for p in parts)], format="csr")
    return Vectors([digests[i] for i in first], objects[first], scenes[first])


def write_shard(folder: Path, vectors: Vectors) -> Path:
    """Write vectors as one .npz file named after the pictures that it holds."""
    name = hashlib.sha256("".join(vectors.digests).encode()).hexdigest()[:24]
    arrays: dict[str, Any] = {"digests": np.array(vectors.digests, dtype="S64")}
    for half in ("objects", "scenes"):
        matrix = getattr(vectors, half)
        arrays |= {f"{half}_{part}": getattr(matrix, part) for part in _PARTS}
    path = folder / f"{name}.npz"
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    return path


def read_shards(folder: Path, classes: tuple[int, int]) -> Vectors:
    """Read every shard of a folder; a damaged one is reported and left out.

    Parameters
    ----------
    folder : Path
        Where the shards are; it need not exist.
    classes : (int, int)
        Numbers of object and scene classes.
    """
    parts = []
    for path in sorted(folder.glob("*.npz")):
        try:
            parts.append(_read(path, classes))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s: damaged, its pictures are recognised again (%s)", path, error)
    return stack(parts, classes)


_PARTS = ("data", "indices", "indptr")


def _read(path: Path, classes: tuple[int, int]) -> Vectors:
    """Read one shard and check that it is consistent."""
    with np.load(path, allow_pickle=False) as file:
        digests = [d.decode("ascii") for d in file["digests"]]
        halves = []
        for half, n in zip(("objects", "scenes"), classes, strict=True):
            parts = tuple(file[f"{half}_{part}"] for part in _PARTS)
            matrix = sparse.csr_matrix(parts, shape=(len(digests), n), dtype=np.float32)
            matrix.check_format(full_check=True)
            if not ((matrix.data > 0) & (matrix.data <= 1.001)).all():
                raise ValueError("holds no probabilities")
            halves.append(matrix)
    return Vectors(digests, *halves)

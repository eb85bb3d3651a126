"""A shard of pictures: decoded once, and through each network once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from scipy import sparse
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as PictureDataset

from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.shards import Rows
from morning.learning.device import find_device

#: Probabilities up to this are not kept; a threshold below it cannot be asked for.
FLOOR = 0.01
#: What may be kept beside the probabilities: what enters the last layer of the object network.
FEATURES = "features"


def square(size: int) -> str:
    """Return the name of what may be kept: the picture resized to a square of `size` pixels."""
    return f"square{size}"


@dataclass(frozen=True)
class VisualOptions:
    """How pictures are recognised and pooled."""

    threshold: float = 0.1
    """Probabilities that do not exceed this count as zero."""
    batch_size: int = 32
    """Pictures per forward pass; fewer need less memory, which matters for UPerNet's sizes."""
    workers: int = 2
    """Processes that decode; 0 decodes in this one."""
    shard_size: int = 1024
    """Pictures per shard of the cache: at most so many are done again after an interruption."""
    device: str = "auto"
    """Where the networks run: cpu, cuda, mps, or auto, the fastest of those there."""

    def __post_init__(self) -> None:
        if not FLOOR <= self.threshold < 1:
            raise MorningError(f"the threshold must be from {FLOOR} to below 1")
        if self.batch_size < 1 or self.shard_size < 1 or self.workers < 0:
            raise MorningError("batch_size and shard_size must be at least 1, workers at least 0")


@dataclass(frozen=True)
class Recognise:
    """What networks see in pictures, a step over shards of them.

    Attributes
    ----------
    networks : dict of str to Recogniser
        `objects` and `scenes`, those that are needed.
    parts : tuple of str
        What is asked for: `objects`, `scenes`, `FEATURES`, `square(…)`.
    options : VisualOptions
    """

    networks: Mapping[str, Recogniser]
    parts: tuple[str, ...]
    options: VisualOptions

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return a row for each picture: `digest`, `failure`, why it cannot be used, and the parts.

        Parameters
        ----------
        batch : Table
            `digest` and `path`.

        Raises
        ------
        MorningError
            If the device is not there, or a network returns numbers that are not finite.
        """
        device = find_device(self.options.device)
        for network in self.networks.values():
            network.module.to(device)
        failures: list[str | None] = [None] * len(batch)
        place = np.full(len(batch), -1)
        rows: dict[str, list[Rows]] = {part: [] for part in self.parts}
        for items in _patiently(self._loader(batch["path"].to_pylist())):
            for i, why in items.failures:
                failures[i] = why
            if items.numbers:
                place[items.numbers] = place.max() + 1 + np.arange(len(items.numbers))
                found = _found(items.inputs, self.networks)
                for part in self.parts:
                    rows[part].append(found[part])
        columns = {"digest": batch["digest"], "failure": pa.array(failures, pa.string())}
        if place.max(initial=-1) >= 0:
            taken = pa.array(place, mask=place < 0)
            columns |= {part: _column(found).take(taken) for part, found in rows.items()}
        return pa.table(columns)

    def rows(self, table: pa.Table) -> dict[str, Rows]:
        """Return the parts of rows that have no failure."""
        return {part: self._rows(part, table[part].combine_chunks()) for part in self.parts}

    def _rows(self, part: str, column: pa.Array) -> Rows:
        if part in ("objects", "scenes"):
            values = column.flatten()
            starts = np.concatenate([[0], np.cumsum(column.value_lengths().to_numpy())])
            data, indices = (values.field(i).to_numpy() for i in range(2))
            shape = (len(column), len(self.networks[part].labels))
            return sparse.csr_matrix((data, indices, starts), shape)
        if part == FEATURES:
            return column.flatten().to_numpy().reshape(len(column), -1)
        side = int(part.removeprefix("square"))
        return column.flatten().to_numpy().reshape(len(column), side, side, 3)

    def _loader(self, paths: Sequence[str]) -> DataLoader[_Batch]:
        sides = {p: int(p.removeprefix("square")) for p in self.parts if p.startswith("square")}
        prepare: dict[str, Callable[[Image.Image], Any]] = {
            **{name: network.preprocess for name, network in self.networks.items()},
            **{part: _Square(side) for part, side in sides.items()},
        }
        return DataLoader(
            _Decoder([Path(path) for path in paths], prepare),
            batch_size=self.options.batch_size,
            num_workers=self.options.workers,
            collate_fn=_collate,
        )


def _column(rows: list[Rows]) -> pa.Array:
    """Return rows of a part as a column of lists; of a sparse part, of what is not zero."""
    if isinstance(rows[0], np.ndarray):
        every = np.concatenate(rows)
        flat = pa.array(every.reshape(-1))
        return pa.FixedSizeListArray.from_arrays(flat, every[0].size)
    matrix = sparse.vstack(rows, format="csr")
    parts = [pa.array(matrix.data), pa.array(matrix.indices.astype(np.int32))]
    values = pa.StructArray.from_arrays(parts, ["probability", "column"])
    return pa.ListArray.from_arrays(pa.array(matrix.indptr.astype(np.int32)), values)


def _found(inputs: dict[str, Any], networks: Mapping[str, Recogniser]) -> dict[str, Rows]:
    """Return every part that a batch's inputs give."""
    found = {name: rows for name, rows in inputs.items() if name not in networks}
    for name, network in networks.items():
        probabilities, features = network.recognise(inputs[name])
        found[name] = _sparse(probabilities, network.name)
        if name == "objects" and features is not None:
            found[FEATURES] = features.numpy()
    return found


@dataclass(frozen=True)
class _Square:
    """Resizes a picture to a square, regardless of its proportions."""

    size: int

    def __call__(self, picture: Image.Image) -> np.ndarray:
        side = (self.size, self.size)
        return np.asarray(picture.resize(side, Image.Resampling.BILINEAR))


@dataclass(frozen=True)
class _Decoder(PictureDataset):
    """Decodes and prepares pictures by number; pickled into the worker processes."""

    paths: Sequence[Path]
    prepare: Mapping[str, Callable[[Image.Image], Any]]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> tuple[int, dict[str, Any] | str]:
        try:
            picture = pictures.decode(self.paths[i])
        except pictures.UnusablePictureError as error:
            return i, str(error)
        return i, {name: make(picture) for name, make in self.prepare.items()}


@dataclass(frozen=True)
class _Batch:
    """Prepared pictures, and those of the batch that could not be decoded."""

    numbers: list[int]
    inputs: dict[str, Any]
    """Per network the `Views` of the pictures, per square an array."""
    failures: list[tuple[int, str]]


def _collate(items: list[tuple[int, dict[str, Any] | str]]) -> _Batch:
    """Join what `_Decoder` returned."""
    good = [(i, made) for i, made in items if isinstance(made, dict)]
    inputs = {}
    for name in good[0][1] if good else ():
        values = [made[name] for _, made in good]
        inputs[name] = np.stack(values) if name.startswith("square") else Views.of(values)
    return _Batch([i for i, _ in good], inputs, [(i, m) for i, m in items if isinstance(m, str)])


def _patiently(loader: Iterable[_Batch]) -> Iterator[_Batch]:
    """Pass batches on; say what to do if a worker process dies."""
    try:
        yield from loader
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise MorningError(
            "a process that decodes pictures died, most likely for want of (shared) memory; "
            "take a smaller batch_size, or workers=0; what was written is kept"
        ) from error


def _sparse(probabilities: Tensor, name: str) -> sparse.csr_matrix:
    """Keep the probabilities above the floor."""
    dense = probabilities.numpy()
    if not np.isfinite(dense).all():
        raise MorningError(f"{name} returns numbers that are not finite; are its weights whole?")
    return sparse.csr_matrix(np.where(dense > FLOOR, dense, 0), dtype=np.float32)

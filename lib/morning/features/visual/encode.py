"""One look at every picture: decoded in worker processes, in batches, resumable."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy import sparse
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as PictureDataset
from tqdm import tqdm

from morning.code import code_of
from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.shards import Part, Rows, Shards
from morning.learning.device import find_device

log = logging.getLogger(__name__)

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
class Stored:
    """Something kept of pictures that stays on disk until rows are asked for."""

    part: Part
    rows: np.ndarray

    def __getitem__(self, pictures: np.ndarray) -> np.ndarray:
        """Return what is kept of some pictures (rows of `Encoded`)."""
        return self.part.dense(self.rows[pictures])


@dataclass(frozen=True)
class Encoded:
    """What was recognised in pictures."""

    row_of: dict[str, int]
    """Image path -> row of what follows; pictures that could not be used are not in it."""
    objects: sparse.csr_matrix
    """float32 (pictures, classes): probabilities above `FLOOR`."""
    scenes: sparse.csr_matrix
    """The same of scenes."""
    kept: dict[str, Stored]
    """What else was asked for: `FEATURES` float32 (D,), `square(s)` uint8 (s, s, 3) RGB."""
    skipped: tuple[tuple[str, str], ...]
    """Image path and reason, in the order of the images."""


def encode(
    images: Iterable[str],
    root: Path,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
    keep: Iterable[str] = (),
) -> Encoded:
    """Recognise objects and scenes in pictures; only what the cache lacks is done.

    Parameters
    ----------
    images : iterable of str
        Paths below `root`; each picture is looked at once, however often it is named.
    root : Path
        Folder of the pictures.
    objects, scenes : Recogniser
        The two networks.
    cache : path
        Folder of the shards. What is known is found again by the content of the picture, the
        digests of both networks and the code, so nothing in it is ever out of date.
    options : VisualOptions, optional
        Batches, workers and device.
    keep : iterable of str
        What to keep beside the probabilities, `FEATURES` or `square(…)`. It takes disk space: 4
        bytes per number of the features (8 kB a picture for ResNet-101), 3 per pixel.

    Returns
    -------
    Encoded
        With every picture that could not be used, and why.

    Raises
    ------
    MorningError
        If the device is not there, a network returns numbers that are no probabilities, or
        `FEATURES` is asked of one without a linear layer.
    """
    keep = tuple(keep)
    if FEATURES in keep and objects.classifier is None:
        raise MorningError(f"{objects.name} has no linear last layer")
    names = list(dict.fromkeys(images))
    reasons: dict[str, str] = {}
    digest_of: dict[str, str] = {}
    path_of: dict[str, Path] = {}
    for name in tqdm(names, desc="pictures", unit="file", leave=False):
        try:
            path = pictures.locate(name, root)
            digest_of[name] = pictures.digest(path)
            path_of.setdefault(digest_of[name], path)
        except pictures.UnusablePictureError as error:
            reasons[name] = str(error)

    columns = {"objects": len(objects.labels), "scenes": len(scenes.labels)}
    shards = Shards(_folder(Path(cache), objects, scenes), columns)
    wanted = (*columns, *keep)
    todo: dict[tuple[str, ...], dict[str, Path]] = {}
    for digest, path in path_of.items():
        if lacking := shards.lacking(digest, wanted):
            todo.setdefault(lacking, {})[digest] = path
    failures: dict[str, str] = {}
    for lacking, paths in todo.items():
        failures |= _look(paths, lacking, objects, scenes, options or VisualOptions(), shards)

    known = sorted(path_of.keys() - failures.keys())
    rows = {p: np.array([shards[p].row_of[d] for d in known], dtype=np.int64) for p in wanted}
    row_of_digest = {digest: row for row, digest in enumerate(known)}
    reasons |= {name: failures[d] for name, d in digest_of.items() if d in failures}
    skipped = tuple((name, reasons[name]) for name in names if name in reasons)
    if skipped:
        log.warning(
            "%d of %d pictures skipped: %s",
            *(len(skipped), len(names), pictures.by_reason(reason for _, reason in skipped)),
        )
    return Encoded(
        row_of={name: row_of_digest[d] for name, d in digest_of.items() if d in row_of_digest},
        objects=shards["objects"].sparse(rows["objects"], columns["objects"]),
        scenes=shards["scenes"].sparse(rows["scenes"], columns["scenes"]),
        kept={part: Stored(shards[part], rows[part]) for part in keep},
        skipped=skipped,
    )


def _folder(cache: Path, objects: Recogniser, scenes: Recogniser) -> Path:
    """Return the folder for all that depends on these networks and on this code."""
    code = code_of(__name__, "morning.features.visual.preprocess")
    key = hashlib.sha256(f"{code} {objects.digest} {scenes.digest}".encode())
    return cache / key.hexdigest()[:24]


def _look(
    paths: Mapping[str, Path],
    parts: Sequence[str],
    objects: Recogniser,
    scenes: Recogniser,
    options: VisualOptions,
    shards: Shards,
) -> dict[str, str]:
    """Write parts of what can be known of pictures (digest -> path); return digest -> failure."""
    networks: dict[str, Recogniser] = {}
    if {"objects", FEATURES} & set(parts):
        networks["objects"] = objects
    if "scenes" in parts:
        networks["scenes"] = scenes
    device = find_device(options.device)
    for network in networks.values():
        network.module.to(device)
    sizes = {part: int(part.removeprefix("square")) for part in parts if part.startswith("square")}
    prepare: dict[str, Callable[[Image.Image], Any]] = {
        **{name: network.preprocess for name, network in networks.items()},
        **{part: _Square(size) for part, size in sizes.items()},
    }
    digests = list(paths)
    loader: DataLoader[_Batch] = DataLoader(
        _Decoder(list(paths.values()), prepare),
        batch_size=options.batch_size,
        num_workers=options.workers,
        collate_fn=_collate,
    )
    failures: dict[str, str] = {}
    waiting: list[tuple[list[str], dict[str, Rows]]] = []
    with tqdm(total=len(paths), desc="look at", unit="picture") as bar:
        for batch in _patiently(loader):
            failures |= {digests[i]: reason for i, reason in batch.failures}
            if batch.numbers:
                found = _found(batch.inputs, networks)
                names = [digests[i] for i in batch.numbers]
                waiting.append((names, {part: found[part] for part in parts}))
            bar.update(len(batch.numbers) + len(batch.failures))
            if sum(len(names) for names, _ in waiting) >= options.shard_size:
                _write(shards, waiting, parts)
    if waiting:
        _write(shards, waiting, parts)
    return failures


def _found(inputs: dict[str, Any], networks: Mapping[str, Recogniser]) -> dict[str, Rows]:
    """Return every part that a batch's inputs give."""
    found = {name: rows for name, rows in inputs.items() if name not in networks}
    for name, network in networks.items():
        probabilities, features = network.recognise(inputs[name])
        found[name] = _sparse(probabilities, network.name)
        if name == "objects" and features is not None:
            found[FEATURES] = features.numpy()
    return found


def _write(
    shards: Shards, waiting: list[tuple[list[str], dict[str, Rows]]], parts: Sequence[str]
) -> None:
    """Write the batches that wait as one shard."""
    joined: dict[str, Rows] = {}
    for part in parts:
        rows = [found[part] for _, found in waiting]
        dense = isinstance(rows[0], np.ndarray)
        joined[part] = np.concatenate(rows) if dense else sparse.vstack(rows, format="csr")
    shards.write([digest for names, _ in waiting for digest in names], joined)
    waiting.clear()


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

"""Pictures -> class probabilities: decoded in worker processes, in batches, resumable."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as PictureDataset
from tqdm import tqdm

from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.recogniser import Preprocess, Recogniser, Views
from morning.features.visual.shards import Vectors, read_shards, stack, write_shard
from morning.learning.device import find_device

log = logging.getLogger(__name__)

#: Probabilities up to this are not kept; a threshold below it cannot be asked for.
FLOOR = 0.01
#: Part of the cache's name: change it when decoding or the stored form changes.
_VERSION = "1"


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
    """Pictures per file of the cache: at most so many are done again after an interruption."""
    device: str = "auto"
    """Where the networks run: cpu, cuda, mps, or auto, the fastest of those there."""

    def __post_init__(self) -> None:
        if not FLOOR <= self.threshold < 1:
            raise MorningError(f"the threshold must be from {FLOOR} to below 1")
        if self.batch_size < 1 or self.shard_size < 1 or self.workers < 0:
            raise MorningError("batch_size and shard_size must be at least 1, workers at least 0")


@dataclass(frozen=True)
class Encoded:
    """What was recognised in pictures.

    Attributes
    ----------
    row_of : dict of str to int
        Image path -> row of the vectors; pictures that could not be used are not in it.
    vectors : Vectors
        Probabilities above `FLOOR`.
    skipped : tuple of (str, str)
        Image path and reason, in the order of the images.
    """

    row_of: dict[str, int]
    vectors: Vectors
    skipped: tuple[tuple[str, str], ...]


def encode(
    images: Iterable[str],
    root: Path,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
) -> Encoded:
    """Recognise objects and scenes in pictures; what the cache has is not decoded again.

    Parameters
    ----------
    images : iterable of str
        Paths below `root`; each picture is recognised once, however often it is named.
    root : Path
        Folder of the pictures.
    objects, scenes : Recogniser
        The two networks.
    cache : path
        Folder of the shards. Vectors are found again by the content of the picture and the
        digests of both networks, so nothing in it is ever out of date.
    options : VisualOptions, optional
        Batches, workers and device.

    Returns
    -------
    Encoded
        With every picture that could not be used, and why.

    Raises
    ------
    MorningError
        If the device is not there, or a network returns numbers that are no probabilities.
    """
    options = options or VisualOptions()
    folder = Path(cache) / f"{_VERSION}-{objects.digest[:16]}-{scenes.digest[:16]}"
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

    classes = (len(objects.labels), len(scenes.labels))
    known = read_shards(folder, classes)
    done = set(known.digests)
    todo = {digest: path for digest, path in path_of.items() if digest not in done}
    failures: dict[str, str] = {}
    new = list(_recognised(todo, objects, scenes, options, folder, failures))
    vectors = stack([known, *new], classes) if new else known

    row_of_digest = {digest: row for row, digest in enumerate(vectors.digests)}
    row_of = {n: row_of_digest[d] for n, d in digest_of.items() if d in row_of_digest}
    reasons |= {name: failures[d] for name, d in digest_of.items() if d in failures}
    skipped = tuple((name, reasons[name]) for name in names if name in reasons)
    if skipped:
        log.warning(
            "%d of %d pictures skipped, the first: %s: %s", len(skipped), len(names), *skipped[0]
        )
    return Encoded(row_of, vectors, skipped)


@dataclass(frozen=True)
class _Decoder(PictureDataset):
    """Decodes and prepares pictures by number; pickled into the worker processes."""

    paths: Sequence[Path]
    objects: Preprocess
    scenes: Preprocess

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> tuple[int, list[Tensor], list[Tensor]] | tuple[int, str]:
        try:
            picture = pictures.decode(self.paths[i])
        except pictures.UnusablePictureError as error:
            return i, str(error)
        return i, self.objects(picture), self.scenes(picture)


@dataclass(frozen=True)
class _Batch:
    """Prepared pictures, and those of the batch that could not be decoded."""

    numbers: list[int]
    objects: Views
    scenes: Views
    failures: list[tuple[int, str]]


def _collate(items: list[tuple]) -> _Batch:
    """Join what `_Decoder` returned."""
    good = [item for item in items if len(item) == 3]
    return _Batch(
        numbers=[i for i, _, _ in good],
        objects=Views.of([inputs for _, inputs, _ in good]),
        scenes=Views.of([inputs for _, _, inputs in good]),
        failures=[item for item in items if len(item) == 2],
    )


def _recognised(
    todo: dict[str, Path],
    objects: Recogniser,
    scenes: Recogniser,
    options: VisualOptions,
    folder: Path,
    failures: dict[str, str],
) -> Iterator[Vectors]:
    """Yield the vectors of pictures (digest -> path) shard by shard, each once it is on disk."""
    if not todo:
        return
    device = find_device(options.device)
    objects.module.to(device)
    scenes.module.to(device)
    digests = list(todo)
    classes = (len(objects.labels), len(scenes.labels))
    loader: DataLoader[_Batch] = DataLoader(
        _Decoder(list(todo.values()), objects.preprocess, scenes.preprocess),
        batch_size=options.batch_size,
        num_workers=options.workers,
        collate_fn=_collate,
    )
    waiting: list[Vectors] = []
    with tqdm(total=len(todo), desc="recognise", unit="picture") as bar:
        for batch in _patiently(loader):
            failures.update((digests[i], reason) for i, reason in batch.failures)
            waiting.append(
                Vectors(
                    [digests[i] for i in batch.numbers],
                    _sparse(objects.probabilities(batch.objects), objects.name),
                    _sparse(scenes.probabilities(batch.scenes), scenes.name),
                )
            )
            bar.update(len(batch.numbers) + len(batch.failures))
            if sum(len(v.digests) for v in waiting) >= options.shard_size:
                yield _written(folder, waiting, classes)
                waiting = []
    if any(v.digests for v in waiting):
        yield _written(folder, waiting, classes)


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


def _written(folder: Path, parts: list[Vectors], classes: tuple[int, int]) -> Vectors:
    """Write one shard and return it."""
    shard = stack(parts, classes)
    write_shard(folder, shard)
    return shard


def _sparse(probabilities: Tensor, name: str) -> sparse.csr_matrix:
    """Keep the probabilities above the floor."""
    dense = probabilities.numpy()
    if not np.isfinite(dense).all():
        raise MorningError(f"{name} returns numbers that are not finite; are its weights whole?")
    return sparse.csr_matrix(np.where(dense > FLOOR, dense, 0), dtype=np.float32)

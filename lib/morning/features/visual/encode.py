"""One look at every picture: decoded in worker processes, in batches, resumable."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse
from tqdm import tqdm

from morning.code import code_of
from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.recognise import FEATURES, Recognise, VisualOptions
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.shards import Part, Shards
from morning.scale.engines import Engine
from morning.scale.shards import map_shards, sharded

log = logging.getLogger(__name__)


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
    engine: Engine | None = None,
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
    engine : Engine, optional
        Where pictures are looked at; by default where the run is computed. The machines of a
        cluster must find them under the same path.

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
    options, engine = options or VisualOptions(), engine or Engine.chosen()
    for lacking, paths in todo.items():
        failures |= _look(paths, lacking, objects, scenes, options, shards, engine)

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
    parts: tuple[str, ...],
    objects: Recogniser,
    scenes: Recogniser,
    options: VisualOptions,
    shards: Shards,
    engine: Engine,
) -> dict[str, str]:
    """Write parts of what can be known of pictures (digest -> path); return digest -> failure."""
    networks = {"objects": objects} if {"objects", FEATURES} & set(parts) else {}
    networks |= {"scenes": scenes} if "scenes" in parts else {}
    here = engine.name == "local"  # a network takes all cores, or a GPU: others decode for it
    step = Recognise(networks, parts, options if here else replace(options, workers=0))
    listed = pa.table({"digest": list(paths), "path": [str(path) for path in paths.values()]})
    there = sharded(listed, options.shard_size)
    failures: dict[str, str] = {}
    with tqdm(total=len(paths), desc="look at", unit="picture") as bar:
        for batch in map(step, there) if here else map_shards(step, there, engine):
            failed = batch.filter(batch["failure"].is_valid())
            failures |= dict(
                zip(failed["digest"].to_pylist(), failed["failure"].to_pylist(), strict=True)
            )
            seen = batch.filter(batch["failure"].is_null())
            if len(seen):
                shards.write(seen["digest"].to_pylist(), step.rows(seen))
            bar.update(len(batch))
    return failures

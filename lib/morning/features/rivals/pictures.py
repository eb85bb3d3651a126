"""The pictures of brands' and influencers' own posts, as rivals look at them.

Rows are those of `morning.features.posts.own_posts(dataset)`.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor, nn
from tqdm import tqdm

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.posts import own_posts
from morning.features.rivals.cosmic import Cosmic
from morning.features.visual.pictures import UnusablePictureError, decode, digest, locate
from morning.features.visual.recogniser import Recogniser
from morning.files import whole_file

log = logging.getLogger(__name__)

_CHUNK = 1024  # pictures in memory at a time


def picture_vectors(
    dataset: Dataset,
    recogniser: Recogniser,
    batch_size: int = 64,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what enters a network's last layer, and its probabilities, for the picture of a post.

    Parameters
    ----------
    dataset : Dataset
        Its pictures are read below `dataset.root`.
    recogniser : Recogniser
        Its last linear layer is the classifier.
    batch_size : int
        Pictures per forward pass.
    folder : path, optional
        Keeps what was computed, found again by the content of the pictures and the network.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    features : float32 array, shape (posts, D)
    probabilities : float32 array, shape (posts, classes)
        NaN where the picture is not there or unusable.

    Raises
    ------
    MorningError
        If no picture is usable, or the network has no linear layer.
    """
    classifier = [m for m in recogniser.module.modules() if isinstance(m, nn.Linear)]
    if not classifier:
        raise MorningError(f"{recogniser.name} has no linear last layer")
    path = None if folder is None else Path(folder) / f"{_key(dataset, recogniser)}.npz"
    if path is not None and (known := _read(path)) is not None:
        return known
    caught: list[Tensor] = []
    handle = classifier[-1].register_forward_pre_hook(lambda _, args: caught.append(args[0]))
    device = next(recogniser.module.parameters()).device
    posts = own_posts(dataset)
    rows: list[int] = []
    features: list[np.ndarray] = []
    logits: list[np.ndarray] = []
    try:
        every = range(len(posts))
        for start in tqdm(
            every[::batch_size], "picture vectors", unit="batch", disable=not progress
        ):
            found = [
                (row, recogniser.preprocess(picture)[0])
                for row, picture in _decoded(dataset, posts, every[start : start + batch_size])
            ]
            if found:
                views = torch.stack([view for _, view in found])
                with torch.inference_mode():
                    out = recogniser.module(views.to(device))
                rows += [row for row, _ in found]
                logits.append(out.softmax(dim=1).cpu().numpy())
                features.append(caught.pop().flatten(1).cpu().numpy())
                caught.clear()
    finally:
        handle.remove()
    if not rows:
        raise MorningError("none of the posts has a usable picture")
    vectors = _scattered(rows, features, len(posts)), _scattered(rows, logits, len(posts))
    if path is not None:
        with whole_file(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, features=vectors[0], probabilities=vectors[1])
    return vectors


def pixels(
    dataset: Dataset, posts: pd.DataFrame, rows: Iterable[int], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read pictures, resized to squares regardless of their proportions.

    Parameters
    ----------
    dataset : Dataset
    posts : DataFrame
        `own_posts(dataset)`.
    rows : iterable of int
        Which posts.
    size : int
        Side of the squares in pixels.

    Returns
    -------
    rows : int array, shape (k,)
        Those whose picture is usable.
    pictures : uint8 array, shape (k, size, size, 3)
        RGB.
    """
    kept: list[int] = []
    pictures: list[np.ndarray] = []
    for row, picture in _decoded(dataset, posts, rows):
        kept.append(row)
        pictures.append(np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR)))
    whole = np.stack(pictures) if pictures else np.zeros((0, size, size, 3), np.uint8)
    return np.array(kept, dtype=np.int64), whole


def picture_concepts(dataset: Dataset, model: Cosmic, progress: bool = True) -> np.ndarray:
    """Return the distribution over concepts that COSMIC finds in the picture of each post.

    Returns
    -------
    float32 array, shape (posts, K)
        NaN where the picture is not there or unusable.
    """
    posts = own_posts(dataset)
    found = np.full((len(posts), len(model.table)), np.nan, dtype=np.float32)
    every = range(len(posts))
    for start in tqdm(every[::_CHUNK], "concepts", unit="batch", disable=not progress):
        rows, seen = pixels(dataset, posts, every[start : start + _CHUNK], model.options.size)
        found[rows] = model.distributions(seen)
    return found


def _key(dataset: Dataset, recogniser: Recogniser) -> str:
    """Return a digest of all that decides the vectors of a Dataset's pictures."""
    key = hashlib.sha256(Path(__file__).read_bytes() + recogniser.digest.encode())
    for image in own_posts(dataset)["image"].fillna(""):
        try:
            key.update(digest(locate(image, dataset.root or Path())).encode())
        except UnusablePictureError:
            key.update(b"-")
    return key.hexdigest()[:24]


def _read(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what `picture_vectors` kept, or None."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            return kept["features"], kept["probabilities"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s: damaged, its pictures are seen anew (%s)", path, error)
        return None


def _decoded(
    dataset: Dataset, posts: pd.DataFrame, rows: Iterable[int]
) -> Iterator[tuple[int, Image.Image]]:
    """Yield the pictures of some posts that can be used."""
    if dataset.root is None:
        raise MorningError("the Dataset has no root folder to read pictures from")
    for row in rows:
        try:
            yield row, decode(locate(str(posts["image"].iloc[row] or ""), dataset.root))
        except UnusablePictureError as error:
            log.debug("post %s: %s", posts["post_id"].iloc[row], error)


def _scattered(rows: list[int], parts: list[np.ndarray], n: int) -> np.ndarray:
    values = np.concatenate(parts)
    whole = np.full((n, values.shape[1]), np.nan, dtype=np.float32)
    whole[rows] = values
    return whole

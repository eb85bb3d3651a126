"""The two visual blocks: an account's own posts (eq 4-6) and its audience's (eq 11)."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.block import Block
from morning.features.featureset import account_table
from morning.features.pooling import keep_confident, pool
from morning.features.posts import AudienceOptions, audience_posts, own_posts
from morning.features.visual.encode import VisualOptions, encode
from morning.features.visual.recogniser import Recogniser

log = logging.getLogger(__name__)


def content_visual(
    dataset: Dataset,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
) -> Block:
    """Return what is seen in each account's own posts (X_p, eq 4-6).

    Parameters
    ----------
    dataset : Dataset
        Its posts' pictures are read below `dataset.root`.
    objects, scenes : Recogniser
        From `imagenet_resnet`, `places365_resnet`, `upernet_scenes`, `train_small` or `load_small`.
    cache : path
        Folder of the recognised pictures; share it between blocks and runs.
    options : VisualOptions, optional
        Threshold, batches, workers and device.

    Returns
    -------
    Block
        float32 (n, object classes + scene classes), objects first; each half sums to 1. Where no
        picture shows anything above the threshold, the half is uniform and counted.

    Raises
    ------
    MorningError
        If the Dataset has pictures but no root folder.
    """
    posts = own_posts(dataset)
    return _visual(dataset, posts, objects, scenes, cache, options or VisualOptions(), {})


def audience_visual(
    dataset: Dataset,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
    audience: AudienceOptions | None = None,
) -> Block:
    """Return what is seen in the posts of each account's audience (Y_p, eq 11).

    Parameters are those of `content_visual`; `audience` says how many accounts and posts are
    chosen. The posts are those that `audience_topics` reads with the same `audience`.
    """
    audience = audience or AudienceOptions()
    posts = audience_posts(dataset, audience)
    made = {"audience": asdict(audience)}
    return _visual(dataset, posts, objects, scenes, cache, options or VisualOptions(), made)


def _visual(
    dataset: Dataset,
    posts: pd.DataFrame,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions,
    made: dict[str, Any],
) -> Block:
    """Pool the pictures of posts by their `owner`."""
    n = len(account_table(dataset))
    illustrated = posts[posts["image"].fillna("") != ""]
    if dataset.root is None and len(illustrated):
        raise MorningError("the Dataset has pictures but no root folder; set Dataset.root")
    root = dataset.root or Path()
    encoded = encode(illustrated["image"], root, objects, scenes, cache, options)

    row = illustrated["image"].map(encoded.row_of)
    seen = row.notna().to_numpy()
    owners = illustrated["owner"].to_numpy()[seen]
    pictures = row[seen].to_numpy(dtype=np.int64)
    counts = {
        "accounts": n,
        "posts": len(posts),
        "posts_pooled": int(seen.sum()),
        "posts_without_picture": len(posts) - len(illustrated),
        "pictures": int(illustrated["image"].nunique()),
        "pictures_skipped": len(encoded.skipped),
    }
    halves = []
    for half in ("objects", "scenes"):
        vectors = keep_confident(getattr(encoded.vectors, half), options.threshold)
        values, uniform = pool(owners, pictures, vectors, n)
        counts[f"accounts_uniform_{half}"] = int(uniform.sum())
        if uniform.any():
            log.warning(
                "%d of %d accounts show no %s above %g and get the uniform vector",
                *(uniform.sum(), n, half, options.threshold),
            )
        halves.append(values)
    made = {
        "method": "softmax, threshold, sum over posts, division by the sum (eq 4-6)",
        "objects": objects.made(),
        "scenes": scenes.made(),
        "threshold": options.threshold,
        **made,
        "counts": counts,
    }
    return Block(np.concatenate(halves, axis=1), made, counts, encoded.skipped)

"""The visual blocks: what is seen in posts, an account's own (eq 4-6) or its audience's (eq 11)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from morning.errors import MorningError
from morning.features.block import Block
from morning.features.pooling import keep_confident, pool
from morning.features.posts import Posts
from morning.features.visual.encode import Encoded, Stored, encode
from morning.features.visual.recognise import VisualOptions
from morning.features.visual.recogniser import Recogniser

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Seen:
    """What was recognised in the pictures of posts."""

    encoded: Encoded
    picture: np.ndarray
    """int64 (posts,): row of `encoded` with the post's picture, -1 where none can be used."""

    def of_posts(self, rows: sparse.csr_matrix | Stored) -> OfPosts:
        """Return what `encoded` has of pictures as something of posts."""
        return OfPosts(rows, self.picture)


@dataclass(frozen=True, eq=False)
class OfPosts:
    """Something known of the picture of each post, read where it is asked for."""

    rows: sparse.csr_matrix | Stored | np.ndarray
    """Row per picture."""
    picture: np.ndarray
    """int64 (posts,): row of the post's picture, -1 where none can be used."""

    def __len__(self) -> int:
        return len(self.picture)

    @property
    def there(self) -> np.ndarray:
        """Which posts have a picture, bool (posts,)."""
        return self.picture >= 0

    def stored(self, posts: np.ndarray) -> np.ndarray:
        """Return rows of posts that have a picture, in the type that they are kept in."""
        found = self.rows[self.picture[posts]]
        return found if isinstance(found, np.ndarray) else found.toarray()

    def __getitem__(self, posts: np.ndarray) -> np.ndarray:
        """Return float32 (posts, …); NaN where there is no picture."""
        there = self.there[posts]
        found = self.stored(posts[there])
        values = np.full((len(posts), *found.shape[1:]), np.nan, dtype=np.float32)
        values[there] = found
        return values


def look(
    posts: Posts,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
    keep: Iterable[str] = (),
) -> Seen:
    """Recognise objects and scenes in the pictures of posts; parameters as in `encode`.

    Raises
    ------
    MorningError
        If there are pictures but no root folder.
    """
    images = posts.column("image").fillna("")
    named = images[images != ""]
    if posts.root is None and len(named):
        raise MorningError("the Dataset has pictures but no root folder; set Dataset.root")
    encoded = encode(named, posts.root or Path(), objects, scenes, cache, options, keep)
    return Seen(encoded, images.map(encoded.row_of).fillna(-1).to_numpy(dtype=np.int64))


def visual_block(
    posts: Posts,
    objects: Recogniser,
    scenes: Recogniser,
    cache: str | Path,
    options: VisualOptions | None = None,
    keep: Iterable[str] = (),
) -> Block:
    """Return what is seen in the posts of each account.

    Of its own posts that is X_p (eq 4-6), of its audience's Y_p (eq 11).

    Parameters
    ----------
    posts : Posts
    objects, scenes : Recogniser
        From `imagenet_resnet`, `places365_resnet`, `upernet_scenes`, `train_small` or `load_small`.
    cache : path
        Folder of the recognised pictures; share it between blocks and runs.
    options : VisualOptions, optional
        Threshold, batches, workers and device.
    keep : iterable of str
        What to keep of the pictures for later, see `encode`.

    Returns
    -------
    Block
        float32 (n, object classes + scene classes), objects first; each half sums to 1. Where no
        picture shows anything above the threshold, the half is uniform and counted.

    Raises
    ------
    MorningError
        If there are pictures but no root folder.
    """
    options = options or VisualOptions()
    found = look(posts, objects, scenes, cache, options, keep)
    encoded, picture = found.encoded, found.picture
    n, seen = len(posts.accounts), picture >= 0
    images = posts.column("image").replace("", None)
    counts = {
        "accounts": n,
        "posts": len(posts),
        "posts_pooled": int(seen.sum()),
        "posts_without_picture": int(images.isna().sum()),
        "pictures": int(images.nunique()),
        "pictures_skipped": len(encoded.skipped),
    }
    halves = []
    for half, probabilities in (("objects", encoded.objects), ("scenes", encoded.scenes)):
        vectors = keep_confident(probabilities, options.threshold)
        values, uniform = pool(posts.owner[seen], picture[seen], vectors, n)
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
        "labels": [*objects.labels, *scenes.labels],
        "threshold": options.threshold,
        **({"audience": asdict(posts.audience)} if posts.audience else {}),
        "counts": counts,
    }
    return Block(np.concatenate(halves, axis=1), made, counts, encoded.skipped)

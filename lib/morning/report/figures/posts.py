"""Figures that need posts."""

from __future__ import annotations

from itertools import islice
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from morning.dataset import Dataset
from morning.features.visual.pictures import UnusablePictureError, decode, locate
from morning.report.figures.style import SMALL, canvas, drawable, literal

_CATEGORIES = 12  # shown
_LINES = 3  # of a caption
_SIDE = 300  # pixels of a shown picture, at most
_TRIES = 50  # posts of a category that are tried for a usable picture, at most


def gallery(dataset: Dataset, seed: int = 0, columns: int = 3) -> Figure | None:
    """Show one picture with its caption of a brand of each of the first twelve categories.

    Pictures that cannot be used are passed over, as they are where vectors are made of them.
    None where no brand has a usable one.
    """
    brands = dataset.accounts.query("role == 'brand'")
    posts = dataset.posts[dataset.posts["image"].fillna("") != ""].merge(brands, on="account_id")
    posts = posts.sample(frac=1, random_state=seed).sort_values("category", kind="stable")
    shown = []
    for _, group in posts.groupby("category"):
        tried = group.head(_TRIES).itertuples()
        usable = ((post, found) for post in tried if (found := _picture(dataset, post)))
        shown += list(islice(usable, 1))
        if len(shown) == _CATEGORIES:
            break
    if not shown:
        return None
    rows = -(-len(shown) // columns)
    figure, axes = canvas(2.9 * rows, columns=columns, rows=rows)
    for axis in np.ravel(axes):
        axis.set_axis_off()
    for axis, (post, picture) in zip(np.ravel(axes), shown, strict=False):
        axis.imshow(picture)
        axis.set_title(literal(post.category))
        caption = "" if pd.isna(post.caption) else _plain(post.caption)
        below = {"fontsize": SMALL, "ha": "center", "va": "top", "transform": axis.transAxes}
        axis.text(0.5, -0.04, literal(_wrapped(caption)), **below)
    return figure


def _picture(dataset: Dataset, post: Any) -> Image.Image | None:
    """Return the picture of a post through the one guarded door, None where it is unusable."""
    if dataset.root is None:
        return None
    try:
        picture = decode(locate(post.image, dataset.root))
    except UnusablePictureError:
        return None
    picture.thumbnail((_SIDE, _SIDE))
    return picture


def _plain(text: str) -> str:
    """Drop what no font can draw."""
    return "".join(c for c in text if c in drawable() or c.isspace())


def _wrapped(text: str) -> str:
    """Return the first lines of a text, words whole where there are spaces between them."""
    width = 13 if any(east_asian_width(c) == "W" for c in text) else 26
    return "\n".join(wrap(text, width)[:_LINES])

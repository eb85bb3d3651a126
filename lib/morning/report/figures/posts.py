"""Figures of raw posts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from morning.dataset import Dataset
from morning.features.visual.pictures import UnusablePictureError, decode, locate
from morning.report.figures.style import canvas, literal

_CAPTION = 60  # characters shown


def gallery(dataset: Dataset, seed: int = 0, columns: int = 6) -> Figure | None:
    """Show one picture with its caption of a brand of each of the first twelve categories.

    A picture that cannot be used is passed over; None where no brand has one.
    """
    shown = _pictures(dataset, seed)[:12]
    if not shown:
        return None
    rows = -(-len(shown) // columns)
    figure, axes = canvas(2 * columns, 2.7 * rows, columns=columns, rows=rows)
    for axis in np.ravel(axes):
        axis.set_axis_off()
    for axis, (category, caption, picture) in zip(np.ravel(axes), shown, strict=False):
        axis.imshow(picture)
        axis.set_title(literal(category), fontsize=9)
        text = _wrapped("" if pd.isna(caption) else _plain(caption)[:_CAPTION])
        below = {"fontsize": 6.5, "ha": "center", "va": "top", "transform": axis.transAxes}
        axis.text(0.5, -0.04, text, **below)
    return figure


def _pictures(dataset: Dataset, seed: int) -> list[tuple[str, Any, Image.Image]]:
    """Return category, caption and picture of a random post of a brand, by category."""
    if dataset.root is None or dataset.posts.empty:
        return []
    brands = dataset.accounts.query("role == 'brand'")
    posts = dataset.posts[dataset.posts["image"].notna()].merge(brands, on="account_id")
    found: dict[str, tuple[str, Any, Image.Image]] = {}
    for post in posts.sample(frac=1, random_state=seed).itertuples():
        if post.category not in found:
            with suppress(UnusablePictureError):
                picture = decode(locate(post.image, dataset.root))
                found[post.category] = (post.category, post.caption, picture)
    return [found[category] for category in sorted(found)]


def _plain(text: str) -> str:
    """Drop what the figure's font cannot draw, and what matplotlib would read as mathematics."""
    return "".join(c for c in text if ord(c) < 0x2500).replace("$", "")


def _wrapped(text: str, width: int = 26) -> str:
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join(lines)

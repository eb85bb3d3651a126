"""Figures of raw posts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from morning.dataset import Dataset
from morning.report.figures.style import canvas

_CAPTION = 60  # characters shown


def gallery(dataset: Dataset, seed: int = 0, columns: int = 6) -> Figure:
    """Show one picture with its caption of a brand of each of the first twelve categories."""
    assert dataset.root is not None
    brands = dataset.accounts.query("role == 'brand'")
    posts = dataset.posts[dataset.posts["image"].notna()].merge(brands, on="account_id")
    shown = posts.sample(frac=1, random_state=seed).groupby("category").head(1)
    shown = shown.sort_values("category").head(12)
    rows = -(-len(shown) // columns)
    figure, axes = canvas(2 * columns, 2.7 * rows, columns=columns, rows=rows)
    for axis in np.ravel(axes):
        axis.set_axis_off()
    for axis, post in zip(np.ravel(axes), shown.itertuples(), strict=False):
        with Image.open(dataset.root / post.image) as picture:
            axis.imshow(picture.convert("RGB"))
        axis.set_title(post.category, fontsize=9)
        caption = "" if pd.isna(post.caption) else _plain(post.caption)[:_CAPTION]
        axis.text(0.5, -0.04, _wrapped(caption), transform=axis.transAxes, fontsize=6.5,
                  ha="center", va="top")  # fmt: skip
    return figure


def _plain(text: str) -> str:
    """Drop what the figure's font cannot draw, and what matplotlib would read as mathematics."""
    return "".join(c for c in text if ord(c) < 0x2500).replace("$", "")


def _wrapped(text: str, width: int = 26) -> str:
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join(lines)

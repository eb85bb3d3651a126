"""Figures of raw posts and of what was recognised in them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from PIL import Image

from morning.dataset import Dataset
from morning.features import FeatureSet
from morning.features.separation import category_means
from morning.features.visual.pictures import UnusablePictureError, decode, locate
from morning.report.figures.style import OURS, PAPER, canvas

_CATEGORIES = 12  # shown
_CAPTION = 60  # characters shown
_SIDE = 300  # pixels of a shown picture, at most
_TRIES = 50  # posts of a category that are tried for a usable picture, at most
_TOP = 3  # most frequent classes of each category


def gallery(dataset: Dataset, seed: int = 0, columns: int = 6) -> Figure | None:
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
    figure, axes = canvas(2 * columns, 2.7 * rows, columns=columns, rows=rows)
    for axis in np.ravel(axes):
        axis.set_axis_off()
    for axis, (post, picture) in zip(np.ravel(axes), shown, strict=False):
        axis.imshow(picture)
        axis.set_title(_plain(post.category), fontsize=9)
        caption = "" if pd.isna(post.caption) else _plain(post.caption)[:_CAPTION]
        axis.text(0.5, -0.04, _wrapped(caption), transform=axis.transAxes, fontsize=6.5,
                  ha="center", va="top")  # fmt: skip
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
    """Drop what the figure's font cannot draw, and what matplotlib would read as mathematics."""
    return "".join(c for c in text if ord(c) < 0x2500).replace("$", "")


def _wrapped(text: str, width: int = 26) -> str:
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join(lines)


def classes_by_category(features: FeatureSet, block: str, columns: Mapping[int, str]) -> Figure:
    """Show the mean share of the most frequent objects or scenes of each category's brands.

    Parameters
    ----------
    features : FeatureSet
    block : str
    columns : mapping of int to str
        Which columns of the block to show, and their labels.
    """
    means = category_means(features, block)[list(columns)].rename(columns=dict(columns))
    frequent = {label for _, row in means.iterrows() for label in row.nlargest(_TOP).index}
    chosen = [label for label in means.columns if label in frequent]
    figure, axis = canvas(min(0.42 * len(chosen) + 2.5, 11), 4)
    sns.heatmap(means[chosen], cmap="rocket_r", ax=axis, cbar_kws={"label": "mean share"})
    axis.set(xlabel="", ylabel="")
    return figure


def topic_choice(table: pd.DataFrame, chosen: int) -> Figure:
    """Show fit and coherence of every number of topics that was tried."""
    figure, (fit, coherence) = canvas(9, 2.8, columns=2)
    for axis, column, label in (
        (fit, "log_perplexity", "log-likelihood bound per word"),
        (coherence, "u_mass", "coherence (u_mass)"),
    ):
        axis.plot(table["topics"], table[column], "o-", color=OURS)
        axis.axvline(chosen, color=PAPER, linestyle="--")
        axis.set(xlabel="number of topics", ylabel=label)
    return figure


def similarity(pairs: pd.DataFrame) -> Figure:
    """Show cosine similarity of two blocks for pairs of accounts: one panel per kind of pair.

    Parameters
    ----------
    pairs : DataFrame
        `kind`, and one column of similarities per block.
    """
    blocks = [column for column in pairs.columns if column != "kind"]
    rows = -(-len(blocks) // 2)
    figure, axes = canvas(9, 2.6 * rows, columns=2, rows=rows)
    for axis in np.ravel(axes)[len(blocks) :]:
        axis.set_axis_off()
    for axis, block in zip(np.ravel(axes), blocks, strict=False):
        for (kind, group), colour in zip(pairs.groupby("kind"), (PAPER, OURS), strict=False):
            sns.kdeplot(group[block], ax=axis, color=colour, label=str(kind), fill=True, alpha=0.3)
        axis.set(title=block, xlabel="cosine similarity", ylabel="", yticks=[])
    np.ravel(axes)[0].legend(frameon=False)
    return figure

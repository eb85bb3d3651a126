"""Figures of vectors: what they hold, and what they separate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from morning.features import FeatureSet
from morning.features.separation import category_means
from morning.report.figures.style import (
    MARKED,
    OTHERS,
    OURS,
    PAPER,
    PARTNERS,
    SHADES,
    canvas,
    literal,
)

_TOP = 3  # most frequent classes of each category


def topics_by_category(
    features: FeatureSet,
    block: str = "content_topics",
    words: Sequence[str] | None = None,
) -> Figure:
    """Show the mean topics of the brands of each category, from those of the first category on.

    Parameters
    ----------
    features : FeatureSet
    block : str
        Of topics.
    words : sequence of str, optional
        What topics are called beside their numbers, which count from 1.
    """
    means = category_means(features, block)
    called = words or [""] * len(means.columns)
    names = [literal(f"{text}  {k}" if text else k) for k, text in enumerate(called, 1)]
    figure = _by_category(means.set_axis(names, axis=1), "mean probability")
    figure.axes[0].set_ylabel("" if words else "topic")
    return figure


def neighbour_purity(purity: pd.DataFrame) -> Figure | None:
    """Show how often nearest brands share a category, per block, against chance.

    None where there is no block.
    """
    if purity.empty:
        return None
    figure, axis = canvas(0.5 * len(purity) + 1.2)
    axis.barh(purity.index, purity["purity"], color=OURS)
    axis.axvline(purity["chance"].iloc[0], color=OTHERS, linestyle="--", label="chance")
    axis.set(xlabel="share of nearest brands of the same category", xlim=(0, 1))
    axis.legend()
    return figure


def largest_entries(vectors: Mapping[str, np.ndarray]) -> Figure:
    """Show how concentrated probability vectors are: histograms of their largest entries."""
    figure, axes = canvas(1.7 * len(vectors) + 0.4, rows=len(vectors))
    for axis, (name, block) in zip(np.atleast_1d(axes), vectors.items(), strict=True):
        axis.hist(block.max(axis=1), bins=np.linspace(0, 1, 41), color=PAPER)
        axis.set(title=name, ylabel="accounts")
    axis.set_xlabel("largest entry of an account's vector")
    return figure


def classes_by_category(
    features: FeatureSet, block: str, columns: Mapping[int, str] | None
) -> Figure | None:
    """Show the mean share of the most frequent objects or scenes of each category's brands.

    Parameters
    ----------
    features : FeatureSet
    block : str
    columns : mapping of int to str, optional
        Which columns of the block to show, and their labels; without, there is no figure.
    """
    if not columns:
        return None
    means = category_means(features, block)[list(columns)].set_axis(columns.values(), axis=1)
    frequent = {label for _, row in means.iterrows() for label in row.nlargest(_TOP).index}
    shown = means[[label for label in means.columns if label in frequent]].rename(columns=literal)
    return _by_category(shown, "mean share")


def _by_category(means: pd.DataFrame, label: str) -> Figure:
    """Draw means, (categories, columns), a row per column: first what the first category has."""
    table = means.set_axis(means.index.map(literal)).T
    first, most = table.to_numpy().argmax(axis=1), table.to_numpy().max(axis=1)
    table = table.iloc[np.lexsort((-most, first))]
    figure, axis = canvas(0.22 * len(table) + 1.8)
    bar = {"label": label, "orientation": "horizontal", "location": "top", "aspect": 40}
    sns.heatmap(table, cmap=SHADES, vmin=0, ax=axis, yticklabels=True, cbar_kws=bar)
    axis.set(xlabel="", ylabel="")
    axis.tick_params(length=0)
    axis.tick_params("y", rotation=0)
    return figure


def topic_choice(table: pd.DataFrame | None, chosen: int | None) -> Figure | None:
    """Show fit and coherence of every number of topics that was tried, and which was chosen.

    None where none was tried.
    """
    if table is None:
        return None
    figure, (fit, coherence) = canvas(2.9, columns=2)
    for axis, column, label in (
        (fit, "log_perplexity", "likelihood bound per word"),
        (coherence, "u_mass", "coherence (u_mass)"),
    ):
        axis.plot(table["topics"], table[column], "o-", color=OURS)
        if chosen is not None:
            axis.axvline(chosen, color=MARKED, linestyle="--", label="chosen")
        axis.set(xlabel="number of topics", ylabel=label)
    if chosen is not None:
        fit.legend()
    return figure


def similarity(pairs: pd.DataFrame) -> Figure | None:
    """Show cosine similarities of pairs of accounts: a panel per block, a colour per kind of pair.

    Parameters
    ----------
    pairs : DataFrame
        `kind`, and one column of similarities per block; without any, there is no figure.
    """
    blocks = [column for column in pairs.columns if column != "kind"]
    if not blocks:
        return None
    rows = -(-len(blocks) // 2)
    figure, axes = canvas(2.3 * rows + 0.4, columns=2, rows=rows)
    for axis in np.ravel(axes)[len(blocks) :]:
        axis.set_axis_off()
    kinds = ("random pairs", OTHERS), ("partners", PARTNERS)
    for axis, block in zip(np.ravel(axes), blocks, strict=False):
        bins = np.linspace(min(pairs[block].min(), 0), 1, 41)
        for kind, colour in kinds:
            style = {"bins": bins, "density": True, "alpha": 0.6, "color": colour, "label": kind}
            axis.hist(pairs.loc[pairs["kind"] == kind, block], **style)
        axis.set(title=block, xlabel="cosine similarity", ylabel="density", yticks=[])
    handles = np.ravel(axes)[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=2)
    return figure

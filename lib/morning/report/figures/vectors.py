"""Figures of vectors: what they hold, and what they separate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from morning.features import FeatureSet
from morning.features.separation import category_means
from morning.report.figures.style import OURS, PAPER, THIRD, canvas, literal

_TOP = 3  # most frequent classes of each category


def topics_by_category(features: FeatureSet, block: str = "content_topics") -> Figure:
    """Show the mean topics, from 1, of the brands of each category."""
    means = category_means(features, block)
    means = means.set_axis(means.index.map(literal)).set_axis(means.columns + 1, axis=1)
    figure, axis = canvas(9, 4)
    sns.heatmap(means, cmap="rocket_r", ax=axis, cbar_kws={"label": "mean probability"})
    axis.set(xlabel="topic", ylabel="")
    return figure


def neighbour_purity(purity: pd.DataFrame) -> Figure | None:
    """Show how often nearest brands share a category, per block, against chance.

    None where there is no block.
    """
    if purity.empty:
        return None
    figure, axis = canvas(6, 0.6 * len(purity) + 1.2)
    axis.barh(purity.index, purity["purity"], color=OURS)
    axis.axvline(purity["chance"].iloc[0], color=PAPER, linestyle="--", label="chance")
    axis.set(xlabel="share of nearest brands of the same category", xlim=(0, 1))
    axis.legend(frameon=False)
    return figure


def largest_entries(vectors: Mapping[str, np.ndarray]) -> Figure:
    """Show how concentrated probability vectors are: histograms of their largest entries."""
    figure, axis = canvas(7, 3)
    for (name, block), colour in zip(vectors.items(), (OURS, PAPER, THIRD), strict=False):
        axis.hist(
            block.max(axis=1), bins=np.linspace(0, 1, 41), alpha=0.6, label=name, color=colour
        )
    axis.set(xlabel="largest entry of an account's vector", ylabel="accounts")
    axis.legend(frameon=False)
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
    means = category_means(features, block)[list(columns)]
    means = means.set_axis(means.index.map(literal)).set_axis(columns.values(), axis=1)
    frequent = {label for _, row in means.iterrows() for label in row.nlargest(_TOP).index}
    shown = means[[label for label in means.columns if label in frequent]].rename(columns=literal)
    figure, axis = canvas(min(0.42 * len(shown.columns) + 2.5, 11), 4)
    sns.heatmap(shown, cmap="rocket_r", ax=axis, cbar_kws={"label": "mean share"})
    axis.set(xlabel="", ylabel="")
    return figure


def topic_choice(table: pd.DataFrame | None, chosen: int | None) -> Figure | None:
    """Show fit and coherence of every number of topics that was tried, and which was chosen.

    None where none was tried.
    """
    if table is None:
        return None
    figure, (fit, coherence) = canvas(9, 2.8, columns=2)
    for axis, column, label in (
        (fit, "log_perplexity", "log-likelihood bound per word"),
        (coherence, "u_mass", "coherence (u_mass)"),
    ):
        axis.plot(table["topics"], table[column], "o-", color=OURS)
        if chosen is not None:
            axis.axvline(chosen, color=PAPER, linestyle="--")
        axis.set(xlabel="number of topics", ylabel=label)
    return figure


def similarity(pairs: pd.DataFrame) -> Figure | None:
    """Show cosine similarities of pairs of accounts: a panel per block, a curve per kind of pair.

    Parameters
    ----------
    pairs : DataFrame
        `kind`, and one column of similarities per block; without any, there is no figure.
    """
    blocks = [column for column in pairs.columns if column != "kind"]
    if not blocks:
        return None
    rows = -(-len(blocks) // 2)
    figure, axes = canvas(9, 2.6 * rows, columns=2, rows=rows)
    for axis in np.ravel(axes)[len(blocks) :]:
        axis.set_axis_off()
    for axis, block in zip(np.ravel(axes), blocks, strict=False):
        for (kind, group), colour in zip(pairs.groupby("kind"), (PAPER, OURS), strict=False):
            style = {"color": colour, "label": str(kind), "fill": True, "alpha": 0.3}
            sns.kdeplot(group[block], ax=axis, warn_singular=False, **style)
        axis.set(title=block, xlabel="cosine similarity", ylabel="", yticks=[])
    np.ravel(axes)[0].legend(frameon=False)
    return figure

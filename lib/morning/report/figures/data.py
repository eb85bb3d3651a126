"""Figures of accounts, collaborations and vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from morning.features import FeatureSet
from morning.features.separation import category_means
from morning.report.figures.style import OURS, PAPER, THIRD, canvas
from morning.roster import Roster


def positives_per_brand(roster: Roster) -> Figure:
    """Show how many partners a brand has, in training and in test."""
    figure, axis = canvas(7, 3)
    for splits, colour in ((("train", "validation"), OURS), (("test",), PAPER)):
        brands = roster.brands(*splits)
        counts = roster.positives(brands, roster.influencers()).sum(axis=1)
        bins = np.arange(0.5, max(counts.max(), 2) + 1.5)
        axis.hist(counts, bins=bins, color=colour, alpha=0.6, label=f"{splits[0]} brands")
    axis.set(xlabel="partners of a brand", ylabel="brands")
    axis.legend(frameon=False)
    return figure


def partners_across_categories(roster: Roster) -> Figure:
    """Show how many influencers each pair of categories shares (diagonal: within a category)."""
    pairs = roster.collaborations.merge(
        roster.accounts[["account_id", "category"]], left_on="brand_id", right_on="account_id"
    )
    counts = pd.crosstab(pairs["influencer_id"], pairs["category"])
    shared = (counts > 0).astype(int).T @ (counts > 0).astype(int)
    within = (counts > 1).sum()
    table = shared.to_numpy(copy=True)
    np.fill_diagonal(table, within.to_numpy())
    figure, axis = canvas(7, 5.5)
    sns.heatmap(
        pd.DataFrame(table, shared.index, shared.columns),
        annot=True,
        fmt="d",
        cmap="crest",
        cbar=False,
        ax=axis,
    )
    axis.set(xlabel="", ylabel="", title="Influencers with partners in both categories")
    return figure


def topics_by_category(features: FeatureSet, block: str = "content_topics") -> Figure:
    """Show the mean topic distribution of the brands of each category."""
    means = category_means(features, block)
    figure, axis = canvas(9, 4)
    sns.heatmap(means, cmap="rocket_r", ax=axis, cbar_kws={"label": "mean probability"})
    axis.set(xlabel="topic", ylabel="")
    return figure


def neighbour_purity(purity: pd.DataFrame) -> Figure:
    """Show how often nearest brands share a category, per block, against chance."""
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

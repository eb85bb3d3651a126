"""Figures of accounts and collaborations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from morning.report.figures.style import OURS, PAPER, canvas, literal
from morning.roster import Roster


def positives_per_brand(roster: Roster) -> Figure:
    """Show how many partners a brand has, in training and in test."""
    figure, axis = canvas(7, 3)
    for splits, colour in ((("train", "validation"), OURS), (("test",), PAPER)):
        brands = roster.brands(*splits)
        counts = roster.positives(brands, roster.influencers()).sum(axis=1)
        bins = np.arange(0.5, max(counts.max(initial=0), 2) + 1.5)
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
    names = shared.index.map(literal)
    figure, axis = canvas(7, 5.5)
    sns.heatmap(
        pd.DataFrame(table, names, names),
        annot=True,
        fmt="d",
        cmap="crest",
        cbar=False,
        ax=axis,
    )
    axis.set(xlabel="", ylabel="", title="Influencers with partners in both categories")
    return figure

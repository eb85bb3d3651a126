"""Figures of accounts and collaborations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from morning.report.figures.style import SHADES, SMALL, TEST, TRAINING, canvas, literal
from morning.roster import Roster
from morning.studies.dataset import partners_by_category


def positives_per_brand(roster: Roster) -> Figure:
    """Show how many partners a brand has, in training and in test."""
    figure, axis = canvas(3)
    for splits, colour in ((("train", "validation"), TRAINING), (("test",), TEST)):
        brands = roster.brands(*splits)
        counts = roster.positives(brands, roster.influencers()).sum(axis=1)
        bins = np.arange(0.5, max(counts.max(initial=0), 2) + 1.5)
        axis.hist(counts, bins=bins, color=colour, alpha=0.7, label=f"{splits[0]} brands")
    axis.set(xlabel="partners of a brand", ylabel="brands")
    axis.legend()
    return figure


def partners_across_categories(roster: Roster) -> Figure:
    """Show how many influencers each pair of categories shares.

    The diagonal, on grey, counts those with two partners within a category; colours do not count
    it, so that the others can be told apart.
    """
    counts = partners_by_category(roster)
    shared = (counts > 0).astype(int).T @ (counts > 0).astype(int)
    within = (counts > 1).sum()
    table = shared.to_numpy(copy=True)
    np.fill_diagonal(table, within.to_numpy())
    names = shared.index.map(literal)
    apart = np.eye(len(table), dtype=bool)
    figure, axis = canvas(0.36 * len(table) + 1.6)
    style = {"annot": True, "fmt": "d", "cbar": False, "ax": axis, "annot_kws": {"size": SMALL}}
    style |= {"linewidths": 1, "linecolor": "none"}
    shown = pd.DataFrame(table, names, names)
    most = max(table[~apart].max(initial=0), 1)
    sns.heatmap(shown, mask=apart, cmap=SHADES, vmin=0, vmax=most, **style)
    sns.heatmap(shown, mask=~apart, cmap=["#dddddd"], **style)
    axis.set(xlabel="", ylabel="")
    axis.tick_params(length=0)
    return figure

"""Figures of rankings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from morning.report.figures.style import PART_COLOURS, canvas, literal
from morning.report.headings import SUB_SCORES

#: Part of a score -> what it is called.
_PARTS = {part: f"{part} ({name})" for part, name in SUB_SCORES.items()}
_PARTS |= {"popularity": "popularity"}
#: The sum, on bars of every colour.
_SUM: Any = {"color": "black", "markeredgecolor": "white", "markersize": 6}


def parts_of_scores(
    ranking: pd.DataFrame, partners: Collection[str], names: Mapping[str, str]
) -> Figure:
    """Show the parts of every score as stacked bars, the first on top, partners marked.

    Parameters
    ----------
    ranking : DataFrame
        As `Recommender.rank` returns it.
    partners : collection of str
        Ids of those who worked with the brand.
    names : mapping of account id to name on the page
    """
    figure, axis = canvas(0.36 * len(ranking) + 1.3)
    places = -np.arange(len(ranking))
    ends = {1: np.zeros(len(ranking)), -1: np.zeros(len(ranking))}
    for part, name in ((part, name) for part, name in _PARTS.items() if part in ranking):
        values = ranking[part].to_numpy(dtype=float)
        left = np.where(values >= 0, ends[1], ends[-1])
        axis.barh(places, values, left=left, height=0.72, color=PART_COLOURS[part], label=name)
        ends[1] += np.maximum(values, 0)
        ends[-1] += np.minimum(values, 0)
    axis.plot(ranking["score"], places, "D", label="score, their sum", **_SUM)
    axis.axvline(0, color="black", linewidth=0.8)
    labels = [
        f"{'partner  ' if account in partners else ''}{names.get(account, account)}  {rank}"
        for account, rank in zip(ranking["influencer_id"], ranking["rank"], strict=True)
    ]
    axis.set(yticks=places, yticklabels=map(literal, labels), xlabel="score")
    for label, account in zip(axis.get_yticklabels(), ranking["influencer_id"], strict=True):
        label.set_fontweight("bold" if account in partners else "normal")
    figure.legend(loc="outside upper center", ncols=2)
    return figure

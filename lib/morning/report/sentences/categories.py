"""How much categories say about the brands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from morning.evaluation import BrandStatistics
from morning.plain import in_markdown
from morning.report.headings import HEADINGS, number
from morning.studies.categories import explained_by_category

_METRICS = ("auc", "cauc", "map")


def explained(runs: Sequence[BrandStatistics], categories: np.ndarray) -> str:
    """Return how much of what differs between brands their categories explain, by metric."""
    said, smallest = [], 1.0
    for metric in _METRICS:
        if found := explained_by_category(runs, categories, metric):
            share, p = found
            smallest = min(smallest, p)
            said.append(f"{share:.0%} in {HEADINGS[metric]} (p = {p:.3f})")
    if not said:
        return "Categories have too few brands to tell them from the brands in them."
    shown = "A difference" if smallest < 0.05 else "No difference"
    return (
        f"{shown} between categories is shown. Of the variance between brands, categories explain "
        f"{', '.join(said)}. *p* is the chance to find as much if brands were dealt to categories "
        "at random."
    )


def best_and_worst(
    rows: Sequence[Mapping[str, Any]], explained: str, metric: str = "auc"
) -> list[str]:
    """Return the best and the worst category, and whether categories differ at all.

    Parameters
    ----------
    rows : sequence of result rows
        One per category, and `all`.
    explained : str
        The sentence of `sentences.categories`.
    metric : str
    """
    known = [row for row in rows if row["method"] != "all" and row[metric] is not None]
    if len(known) < 2:
        return [explained]
    low, *_, high = sorted(known, key=lambda row: row[metric])
    return [
        f"{HEADINGS[metric]} goes from {number(low[metric], metric)} "
        f"({in_markdown(low['method'])}) to {number(high[metric], metric)} "
        f"({in_markdown(high['method'])}).",
        explained,
    ]

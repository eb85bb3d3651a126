"""How much categories say about the brands in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from morning.evaluation import BrandStatistics
from morning.report.headings import HEADINGS
from morning.studies.categories import explained_by_category

_METRICS = ("auc", "cauc", "map")


def explained(runs: Sequence[BrandStatistics], categories: np.ndarray) -> str:
    """Return how much of what differs between brands their categories explain, by metric."""
    said = []
    for metric in _METRICS:
        if found := explained_by_category(runs, categories, metric):
            share, p = found
            said.append(f"{share:.0%} in {HEADINGS[metric]} (p = {p:.3f})")
    if not said:
        return "Categories have too few brands to tell them from the brands in them."
    return (
        f"Of the variance between brands, categories explain {', '.join(said)}. *p* is the chance "
        "to find as much if brands were dealt to categories at random; where it is large, the "
        "order of the categories is no more than noise."
    )

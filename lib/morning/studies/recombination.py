"""Whether the categories of Table V add up to its *all* row, ours and the paper's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from morning.evaluation.metrics import METRICS, POOLED
from morning.evaluation.published import PUBLISHED


def recombine(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return what the category rows of Table V give together, weighted as they should be.

    AUC and cAUC are weighted by comparisons, the means by brands; MedR does not recombine. None
    where there is nothing to weigh.
    """
    parts = [row for row in rows if row["method"] != "all"]
    combined: dict[str, float | None] = {}
    for metric in METRICS:
        if metric == "medr":
            continue
        weights = [r["comparisons"][metric] if metric in POOLED else r["brands"] for r in parts]
        values = [0.0 if r[metric] is None else r[metric] for r in parts]
        combined[metric] = float(np.average(values, weights=weights)) if any(weights) else None
    return combined


def recombine_paper(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return what the paper's categories give together, weighted like those of our rows."""
    published = PUBLISHED["table5_categories"]
    return recombine([{**row, **published.get(row["method"], {})} for row in rows])

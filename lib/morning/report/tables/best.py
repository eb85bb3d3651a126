"""Tables of the recommended model: what it compares, and what each block weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.features.block import KINDS
from morning.models.best import Best
from morning.report.headings import HEADINGS, PAPER_METRICS, digits
from morning.report.tables.style import styled


def weights(best: Best) -> pd.DataFrame:
    """Return how each block is compared, and the weight of its similarity."""
    rows = {
        block: {
            "perspective": KINDS[block].perspective,
            "compared by": "square roots" if KINDS[block].shares else "whitened vectors",
            "weight": f"{weight:.2f}",
        }
        for block, weight in best.weights.items()
    }
    return pd.DataFrame(rows).T


def over_splits(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str] = PAPER_METRICS) -> Any:
    """Return mean ± standard deviation over splits, and how far the first method is ahead."""
    found = {(row["method"], row["metric"]): row for row in rows}
    first = rows[0]["method"]
    table: dict[str, dict[str, str]] = {}
    for (method, metric), row in found.items():
        if metric not in metrics:
            continue
        heading = HEADINGS[metric]
        table.setdefault(method, {})[heading] = _spread(row["mean"], row["sd"], metric)
        if method != first:
            ahead = _spread(row["ahead"], row["ahead_sd"], metric, sign="+")
            ahead += f"\nbetter in {row['wins']}"
            table.setdefault(f"{first} before {method}", {})[heading] = ahead
    return styled(pd.DataFrame(table).T)


def _spread(mean: float | None, sd: float | None, metric: str, sign: str = "") -> str:
    """Write a mean above a standard deviation."""
    form = f".{digits(metric)}f"
    return "–" if mean is None or sd is None else f"{mean:{sign}{form}}\n±{sd:{form}}"

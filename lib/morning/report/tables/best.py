"""Tables of the recommended model: what it compares, and what each block weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.features.block import KINDS
from morning.models.best import Best
from morning.report.headings import PAPER_METRICS, headings, spread
from morning.report.tables.style import Shown, styled


def weights(best: Best) -> Shown:
    """Return how each block is compared, and the weight of its similarity."""
    rows = {
        block: {
            "perspective": KINDS[block].perspective,
            "compared by": "square roots" if KINDS[block].shares else "whitened vectors",
            "weight": f"{weight:.2f}",
        }
        for block, weight in best.weights.items()
    }
    return styled(pd.DataFrame(rows).T)


def over_splits(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str] = PAPER_METRICS) -> Shown:
    """Return mean ± standard deviation over splits, and how far the first method is ahead."""
    columns = headings(metrics)
    first = rows[0]["method"]
    table: dict[str, dict[str, str]] = {}
    for row in rows:
        if (metric := row["metric"]) not in metrics:
            continue
        method, column = row["method"], columns[metric]
        table.setdefault(method, {})[column] = spread(row["mean"], row["sd"], metric)
        if method != first:
            ahead = spread(row["ahead"], row["ahead_sd"], metric, sign="+")
            ahead += f", better in\u00a0{row['wins']}"
            table.setdefault(f"{first} before {method}", {})[column] = ahead
    return styled(pd.DataFrame(table).T)

"""Metrics of rankings as they are: one number each, without an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from morning.report.headings import digits, headings
from morning.report.tables.style import Shown, written

#: Everything, within categories, and at the top.
_METRICS = ("auc", "cauc", "recall@10", "map")


def without_intervals(
    found: Mapping[str, Mapping[str, float]], metrics: Sequence[str] = _METRICS
) -> Shown:
    """Return some metrics of several rankings.

    Parameters
    ----------
    found : mapping of name to mapping of metric to float
        A row each, as `morning.evaluation.evaluate` returns it.
    metrics : sequence of str
        The columns.
    """
    columns = headings(metrics)
    table = pd.DataFrame(
        [[row[m] for m in metrics] for row in found.values()],
        index=list(found),
        columns=list(columns.values()),
    )
    return written(table, {name: f"{{:.{digits(m)}f}}" for m, name in columns.items()})

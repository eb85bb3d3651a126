"""Results: one row per method, with spread over seeds, interval over both and the paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from morning.evaluation.metrics import METRICS, BrandStatistics
from morning.evaluation.published import PUBLISHED
from morning.evaluation.significance import paired_differences
from morning.evaluation.uncertainty import estimate


def result_row(
    method: str,
    runs: Sequence[BrandStatistics],
    *,
    table: str | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """Return one row of a results file.

    Parameters
    ----------
    method : str
        Name as in the paper's table.
    runs : sequence of BrandStatistics
        One per seed, the same brands in each.
    table : str, optional
        Table of the paper to look up the published row in.
    **extra
        Further entries of the row, such as `blocks`.

    Returns
    -------
    dict
        Every metric (mean over seeds), `seeds`, `sd` (over seeds; null for one seed), `ci95`
        (over brands and seeds, see `evaluation.uncertainty`; null where brands are too few, and
        for `medr`) and `paper` (published numbers, or null). What cannot be measured is null.
    """
    values = {m: np.array([run.metrics()[m] for run in runs]) for m in METRICS}
    row: dict[str, Any] = {"method": method}
    row |= {m: null(v.mean()) for m, v in values.items()}
    row["seeds"] = len(runs)
    row["sd"] = {m: null(v.std(ddof=1)) if len(v) > 1 else None for m, v in values.items()}
    row["ci95"] = {m: estimate(runs, m).share_interval() for m in METRICS}
    row["paper"] = PUBLISHED.get(table, {}).get(method) if table else None
    return row | extra


def category_rows(
    runs: Sequence[BrandStatistics],
    categories: np.ndarray,
    *,
    table: str | None = None,
    **extra: Any,
) -> list[dict[str, Any]]:
    """Return a row per category (alphabetical), then `all`; each says how many brands it has.

    `all` recombines from the categories exactly: AUC and cAUC by their comparisons, the means
    by their brands.
    """
    rows = []
    for name in [*sorted(set(categories)), "all"]:
        mask = np.ones(len(categories), bool) if name == "all" else categories == name
        chosen = [run.take(mask) for run in runs]
        row = result_row(name, chosen, table=table, **extra)
        comparisons = {m: int(rows_.sum()) for m, rows_ in chosen[0].rows.items()}
        rows.append(row | {"brands": int(mask.sum()), "comparisons": comparisons})
    return rows


def differences(
    runs: Mapping[str, Sequence[BrandStatistics]],
    reference: str,
    *,
    p_values: bool = False,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return how far one method is ahead of each other, as the `difference` of their rows.

    Parameters
    ----------
    runs : mapping of method to sequence of BrandStatistics
        One per seed; the same brands in all.
    reference : str
        The method that the others are compared with.
    p_values : bool
        Say `p` and `p_holm`, too.

    Returns
    -------
    dict of method (all but the reference) to dict of metric to dict
        `value` and `ci95`; what cannot be measured is null.
    """
    return {
        method: {
            metric: {"value": null(found.value), "ci95": found.ci95}
            | ({"p": null(found.p), "p_holm": null(found.p_holm)} if p_values else {})
            for metric, found in metrics.items()
        }
        for method, metrics in paired_differences(runs, reference).items()
    }


def null(value: float) -> float | None:
    """Return a number as JSON can hold it: NaN, what cannot be measured, is null."""
    return None if math.isnan(value) else float(value)

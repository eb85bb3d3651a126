"""The arithmetic of the metrics: comparisons made, the cost of ties, what is out of reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.evaluation import METRICS, Task, auc_rows, brand_statistics


def comparisons(task: Task) -> pd.DataFrame:
    """Count the comparisons of the released and the clean AUC and cAUC.

    Returns
    -------
    DataFrame of int, rows "auc" and "cauc"
        `released`: comparisons of the released metric; `two partners`: those of them that set
        two partners of one brand against each other; `repeated`: those that repeat another one,
        because the negative has several brands; `clean`: comparisons of the clean metric.
    """
    same = task.categories[:, None] == task.categories[None, :]
    count = task.positives.astype(np.int64)
    made = auc_rows(task.positives, task.categories)
    rows = {}
    for name, brands in (("auc", np.ones_like(same)), ("cauc", same)):
        others = brands.astype(np.int64) @ count - count  # other brands of each candidate
        n = count.sum(axis=1)
        two_partners = int(((n - 1) * (others * count).sum(axis=1)).sum())
        repeats = np.maximum(others - 1, 0)
        repeated = int((n * repeats.sum(axis=1) - (repeats * count).sum(axis=1)).sum())
        rows[name] = {
            "released": int(made[name].sum()),
            "two partners": two_partners,
            "repeated": repeated,
            "clean": int(made[f"{name}_clean"].sum()),
        }
    return pd.DataFrame(rows).T


def released_and_clean(row: Mapping[str, Any]) -> pd.DataFrame:
    """Return a result row's AUC and cAUC as `released`, `clean`, and the difference, `bias`."""
    versions = {m: {"released": row[m], "clean": row[f"{m}_clean"]} for m in ("auc", "cauc")}
    table = pd.DataFrame(versions).T.astype(float)
    return table.assign(bias=table["released"] - table["clean"])


def recall_ceiling(positives: np.ndarray, k: int) -> float:
    """Return the highest recall@k there can be: a brand with more than k partners misses some."""
    n = positives.sum(axis=1)
    n = n[n > 0]
    return float(np.mean(np.minimum(n, k) / n))


def tied_share(scores: np.ndarray) -> float:
    """Return the share of scores, shape (B, M), that another candidate of the brand has, too."""
    ordered = np.sort(scores, axis=1)
    equal = ordered[:, 1:] == ordered[:, :-1]
    tied = np.zeros(scores.shape, dtype=bool)
    tied[:, 1:] |= equal
    tied[:, :-1] |= equal
    return float(tied.mean())


def quantise(scores: np.ndarray, levels: int) -> np.ndarray:
    """Return scores as whole numbers 0 … levels - 1, each level holding as many scores.

    Raises
    ------
    MorningError
        If there is less than one level.
    """
    if levels < 1:
        raise MorningError(f"levels must be at least 1, not {levels}")
    bounds = np.quantile(scores, np.arange(1, levels) / levels)
    return np.searchsorted(bounds, scores, side="right")


def quantised(
    scores: Sequence[np.ndarray], task: Task, levels: Sequence[int] = (1, 2, 5, 10, 30, 100, 1000)
) -> pd.DataFrame:
    """Return the metrics of scores of so few levels, mean over seeds; the last row is untouched.

    Parameters
    ----------
    scores : sequence of float arrays, shape (B, M)
        One per seed.
    task : Task
    levels : sequence of int

    Returns
    -------
    DataFrame, indexed by number of levels ("all" for the scores as they are), columns `METRICS`
    """
    versions = {str(n): [quantise(matrix, n) for matrix in scores] for n in levels}
    versions["all"] = list(scores)
    rows = {}
    for name, matrices in versions.items():
        found = [brand_statistics(s, task.positives, task.categories).metrics() for s in matrices]
        rows[name] = pd.DataFrame(found, columns=list(METRICS)).mean()
    return pd.DataFrame(rows).T.rename_axis("levels")

"""RAND: independent uniform scores, and what they give in expectation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from morning.evaluation import METRICS, Task, auc_rows
from morning.rankers.contract import Arrays, Ranker, Training, register


@register()
class Rand(Ranker):
    """Every candidate gets an independent U(0, 1) score."""

    kind = "RAND"
    group = "controls"
    seeded = True
    note = "independent uniform scores: exact expectation, interval of single draws"
    draws = 300

    @property
    def paper_row(self) -> str:
        """RAND, whose row was copied from an earlier paper on another split."""
        return "RAND"

    def expectation(self, task: Task) -> dict[str, float]:
        """Return the exact expectation of every metric; see `expected_metrics`."""
        return expected_metrics(task)

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        return {"seed": np.array([seed], dtype=np.int64)}

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(int(arrays["seed"][0]))
        return rng.random((len(brands), len(influencers)))


def expected_metrics(task: Task) -> dict[str, float]:
    """Return the exact expectation of every metric under independent uniform scores.

    Returns
    -------
    dict of metric to float
        Keys are `METRICS`; NaN where nothing can be measured.

    Notes
    -----
    Of a brand with P positives among N candidates: a comparison is won with probability one
    half; recall@k is min(k, N) / N; the first positive comes after rank r with probability
    Π (N - P - i) / (N - i), i < r, which gives the reciprocal rank and, over brands, the
    distribution of their lower median (a Poisson binomial); rank r holds a positive with
    probability P / N and then has (P - 1) (r - 1) / (N - 1) others before it, which gives the
    average precision.
    """
    partners = task.positives.sum(axis=1)
    partners = partners[partners > 0].astype(float)[:, None]  # (B, 1)
    n = task.positives.shape[1]
    rank = np.arange(1, n + 1)
    result = {
        m: 0.5 if rows.any() else np.nan
        for m, rows in auc_rows(task.positives, task.categories).items()
    }
    if len(partners) == 0:
        return {metric: result.get(metric, np.nan) for metric in METRICS}
    result |= {f"recall@{k}": min(k, n) / n for k in (10, 50)}
    later = np.cumprod((n - partners - rank + 1) / (n - rank + 1), axis=1)  # P(first > r): (B, N)
    later = np.concatenate([np.ones((len(partners), 1)), np.maximum(later, 0.0)], axis=1)
    result["mrr"] = float((-np.diff(later, axis=1) / rank).sum(axis=1).mean())
    before = (partners - 1) * (rank - 1) / max(n - 1, 1)
    result["map"] = float(((1 + before) / rank).mean(axis=1).mean())
    result["medr"] = _expected_median(1 - later)
    return {metric: result[metric] for metric in METRICS}


def _expected_median(reached: np.ndarray) -> float:
    """Return the expectation of the lower median of independent ranks.

    Parameters
    ----------
    reached : float array, shape (B, N + 1)
        Probability that each rank is at most 0, 1, …, N.
    """
    brands, ranks = reached.shape
    counts = np.zeros((brands + 1, ranks))  # how many ranks are at most r: a distribution
    counts[0] = 1.0
    for probability in reached:
        counts[1:] = counts[1:] * (1 - probability) + counts[:-1] * probability
        counts[0] *= 1 - probability
    fewer = counts[: (brands + 1) // 2].sum(axis=0)  # the median is above r
    return float(fewer.sum())

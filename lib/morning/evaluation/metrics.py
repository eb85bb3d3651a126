"""The seven metrics of the paper, per brand and over brands.

Specification: the metric code released with MORNING and CAMERA. Ranks are pessimistic (a tie
gets the worst rank of its group). "Released" AUC follows the authors' list of row comparisons:
every ordered combination of two positive pairs (b1, i1), (b2, i2) with b1 != b2 and i1 != i2
compares (b1, i1) with (b1, i2); ties count 0. "Clean" AUC takes as negatives the candidates
that are not positives of the brand, each once; ties count one half.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from morning.errors import MorningError

Average = Callable[[np.ndarray], np.ndarray]


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row, NaN entries left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # mean of no brand: NaN is the answer
        return np.nanmean(values, axis=1)


def _lower_median(values: np.ndarray) -> np.ndarray:
    """Return the lower median of each row: one of its entries, NaN entries left out."""
    ordered = np.sort(values, axis=1)  # NaN sort last
    n = (~np.isnan(ordered)).sum(axis=1)
    middle = np.maximum((n + 1) // 2 - 1, 0)
    return np.take_along_axis(ordered, middle[:, None], axis=1)[:, 0]


@dataclass(frozen=True)
class Metric:
    """How what the brands contribute becomes one number."""

    average: Average | None = None
    """(samples, brands) of the brands' own values -> (samples,); None: a ratio of two sums over
    brands, comparisons won and comparisons made."""
    half_ties: bool = False
    """Whether a comparison that is a tie counts one half, rather than nothing."""
    lower_is_better: bool = False


#: Every metric, in the order of the tables. What each brand contributes is counted in
#: `_comparisons` (ratios) and `_rank_values` (all others).
METRICS: dict[str, Metric] = {
    "auc": Metric(),
    "cauc": Metric(),
    "auc_clean": Metric(half_ties=True),
    "cauc_clean": Metric(half_ties=True),
    "recall@10": Metric(_mean),
    "recall@50": Metric(_mean),
    "mrr": Metric(_mean),
    "map": Metric(_mean),
    "medr": Metric(_lower_median, lower_is_better=True),
}
#: Metrics that are a ratio of two sums over brands, rather than an average over brands.
POOLED = tuple(name for name, metric in METRICS.items() if metric.average is None)


@dataclass(frozen=True, eq=False)
class BrandStatistics:
    """What each brand contributes to each metric; sums and means of it give the metrics.

    Attributes
    ----------
    hits, rows : dict of str to float array, shape (B,)
        For each pooled metric: comparisons won, and comparisons made, by each brand.
    values : dict of str to float array, shape (B,)
        For each other metric: the brand's own value, for `medr` the rank of its best positive.
        NaN for a brand without positives.
    """

    hits: dict[str, np.ndarray]
    rows: dict[str, np.ndarray]
    values: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.values["mrr"])

    def take(self, brands: np.ndarray) -> BrandStatistics:
        """Return the statistics of chosen brands: indices (repeats allowed) or a mask."""
        return BrandStatistics(
            {k: v[brands] for k, v in self.hits.items()},
            {k: v[brands] for k, v in self.rows.items()},
            {k: v[brands] for k, v in self.values.items()},
        )

    def resample(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """Return every metric of many samples of brands at once.

        Parameters
        ----------
        indices : int array, shape (R, B)
            Brands of each sample.

        Returns
        -------
        dict of str to float array, shape (R,)
            NaN where a sample has nothing to compare.
        """
        out = {}
        for name, metric in METRICS.items():
            if metric.average:
                out[name] = metric.average(self.values[name][indices])
            else:
                hits, rows = (part[name][indices].sum(axis=1) for part in (self.hits, self.rows))
                with np.errstate(invalid="ignore"):
                    out[name] = hits / rows
        return out

    def metrics(self) -> dict[str, float]:
        """Return every metric over these brands."""
        sample = self.resample(np.arange(len(self))[None])
        return {name: float(value[0]) for name, value in sample.items()}


def evaluate(
    scores: np.ndarray, positives: np.ndarray, brand_categories: Sequence[str] | np.ndarray
) -> dict[str, float]:
    """Return the seven metrics, AUC and cAUC both as released and clean.

    Parameters
    ----------
    scores : float array, shape (B, M)
        Ranking score of each candidate influencer for each brand; higher is better.
    positives : bool array, shape (B, M)
        Who worked with whom.
    brand_categories : str array, shape (B,)

    Returns
    -------
    dict of str to float
        Keys are `METRICS`. NaN, with a warning, where nothing can be measured.

    Raises
    ------
    MorningError
        If shapes differ, there is no brand or no candidate, or a score is NaN.
    """
    statistics = brand_statistics(scores, positives, brand_categories)
    if np.isnan(statistics.values["mrr"]).any():
        warnings.warn("brands without positives do not count in any metric", stacklevel=2)
    result = statistics.metrics()
    if missing := [name for name, value in result.items() if np.isnan(value)]:
        warnings.warn(f"nothing to measure for {', '.join(missing)}", stacklevel=2)
    return result


def brand_statistics(
    scores: np.ndarray, positives: np.ndarray, brand_categories: Sequence[str] | np.ndarray
) -> BrandStatistics:
    """Return what each brand contributes to each metric; arguments as in `evaluate`."""
    scores = np.asarray(scores, dtype=float)
    positives = np.asarray(positives, dtype=bool)
    categories = np.asarray(brand_categories)
    if scores.ndim != 2 or positives.shape != scores.shape or categories.shape != scores.shape[:1]:
        raise MorningError(
            f"scores {scores.shape} and positives {positives.shape} must both be (brands,"
            f" influencers), brand_categories {categories.shape} one per brand"
        )
    if scores.size == 0:
        raise MorningError(f"nothing to rank: {len(scores)} brands, {scores.shape[1]} candidates")
    if np.isnan(scores).any():
        raise MorningError(f"{int(np.isnan(scores).sum())} scores are NaN")

    below = rankdata(scores, method="min", axis=1).astype(np.int64) - 1  # strictly lower scores
    at_most = rankdata(scores, method="max", axis=1).astype(np.int64)  # lower or equal scores
    hits, rows = _comparisons(scores, positives, categories, below, at_most)
    return BrandStatistics(hits, rows, _rank_values(scores.shape[1] - below, positives))


def auc_rows(
    positives: np.ndarray, brand_categories: Sequence[str] | np.ndarray
) -> dict[str, np.ndarray]:
    """Return how many comparisons each brand makes in each pooled metric, shape (B,) each."""
    positives = np.asarray(positives, dtype=bool)
    zeros = np.zeros(positives.shape)
    return brand_statistics(zeros, positives, brand_categories).rows


def ranks(scores: np.ndarray) -> np.ndarray:
    """Return pessimistic ranks: how many candidates score at least as high; shape (B, M)."""
    scores = np.asarray(scores, dtype=float)
    return scores.shape[1] + 1 - rankdata(scores, method="min", axis=1).astype(np.int64)


def _comparisons(
    scores: np.ndarray,
    positives: np.ndarray,
    categories: np.ndarray,
    below: np.ndarray,
    at_most: np.ndarray,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Count comparisons won and made, without listing them.

    Each metric gives every candidate of a brand a weight as a negative; a positive wins the
    weight of all candidates below it, read off a cumulative sum in score order.
    """
    same = (categories[:, None] == categories[None, :]).astype(float)
    count = positives.astype(float)
    others = count.sum(axis=0) - count  # brands other than b that the influencer worked with
    others_same = same @ count - count  # … of the category of b
    negative = ~positives
    weights = {
        "auc": others,
        "cauc": others_same,
        "auc_clean": negative.astype(float),
        "cauc_clean": (negative & (others_same > 0)).astype(float),
    }
    order = np.argsort(scores, axis=1, kind="stable")
    hits, rows = {}, {}
    for name, weight in weights.items():
        ordered = np.take_along_axis(weight, order, axis=1)
        cumulative = np.concatenate([np.zeros((len(scores), 1)), ordered.cumsum(axis=1)], axis=1)
        won = np.take_along_axis(cumulative, below, axis=1)
        if METRICS[name].half_ties:
            won = (won + np.take_along_axis(cumulative, at_most, axis=1)) / 2
        made = weight.sum(axis=1, keepdims=True) - weight  # never against itself
        hits[name] = (won * count).sum(axis=1)
        rows[name] = (made * count).sum(axis=1)
    return hits, rows


def _rank_values(rank: np.ndarray, positives: np.ndarray) -> dict[str, np.ndarray]:
    """Return recall, reciprocal rank, average precision and best rank of each brand."""
    n = positives.sum(axis=1).astype(float)
    n[n == 0] = np.nan
    worst = rank.shape[1] + 1
    ordered = np.sort(np.where(positives, rank, worst), axis=1)  # the positives' ranks come first
    first = np.where(np.isnan(n), np.nan, ordered[:, 0])
    k = np.arange(1, rank.shape[1] + 1)
    precision = np.where(k <= np.nan_to_num(n)[:, None], k / ordered, 0.0)
    return {
        "recall@10": ((ordered <= 10) & (ordered < worst)).sum(axis=1) / n,
        "recall@50": ((ordered <= 50) & (ordered < worst)).sum(axis=1) / n,
        "mrr": 1 / first,
        "map": precision.sum(axis=1) / n,
        "medr": first,
    }

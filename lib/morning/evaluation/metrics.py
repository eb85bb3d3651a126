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

from morning.errors import MorningError

Average = Callable[[np.ndarray], float]


def _mean(values: np.ndarray) -> float:
    """Return the mean, NaN left out."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _lower_median(values: np.ndarray) -> float:
    """Return the lower median, one of the values, NaN left out."""
    known = np.sort(values[~np.isnan(values)])
    return float(known[(len(known) - 1) // 2]) if len(known) else float("nan")


@dataclass(frozen=True)
class Metric:
    """How what the brands contribute becomes one number."""

    average: Average | None = None
    """What the brands' own values, shape (brands,), become; None: a ratio of two sums over brands,
    comparisons won and comparisons made."""
    half_ties: bool = False
    """Whether a comparison that is a tie counts one half, rather than nothing."""
    lower_is_better: bool = False
    smooth: bool = True
    """Whether a single brand moves it a little; a median stands still or jumps."""


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
    "medr": Metric(_lower_median, lower_is_better=True, smooth=False),
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

    def metrics(self) -> dict[str, float]:
        """Return every metric over these brands."""
        out = {}
        for name, metric in METRICS.items():
            if metric.average:
                out[name] = metric.average(self.values[name])
            else:
                with np.errstate(invalid="ignore"):
                    out[name] = float(self.hits[name].sum() / self.rows[name].sum())
        return out


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
    scores: np.ndarray,
    positives: np.ndarray,
    brand_categories: Sequence[str] | np.ndarray,
    counted: np.ndarray | None = None,
) -> BrandStatistics:
    """Return what each brand contributes to each metric.

    Parameters
    ----------
    scores, positives, brand_categories
        As in `evaluate`.
    counted : bool array, shape (B, M), optional
        The positives to be found; default all. A brand's other ones leave its ranking: they are
        neither found nor rivals there. As rivals of other brands' partners they stay.
    """
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

    counted = positives if counted is None else positives & counted
    left_out = positives & ~counted
    scores = np.where(left_out, -np.inf, scores)
    order = np.argsort(scores, axis=1)
    pairs = np.nonzero(counted)  # brand and candidate of every positive, brand by brand
    places = _places(scores, order, pairs)
    hits, rows = _comparisons(positives, left_out, categories, order, pairs, places)
    rank = scores.shape[1] - places[0]
    return BrandStatistics(hits, rows, _rank_values(pairs[0], rank, len(scores)))


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
    from scipy.stats import rankdata  # a second, which ranking by a model need not wait for

    return scores.shape[1] + 1 - rankdata(scores, method="min", axis=1).astype(np.int64)


Pairs = tuple[np.ndarray, ...]


def _places(scores: np.ndarray, order: np.ndarray, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Return how many candidates of its brand score below each positive, and how many at most."""
    brand, _ = pairs
    own = scores[pairs]
    ends = np.searchsorted(brand, np.arange(len(scores) + 1))
    below, at_most = np.zeros(len(brand), np.int64), np.zeros(len(brand), np.int64)
    for b in np.unique(brand):
        ascending, its = scores[b, order[b]], slice(ends[b], ends[b + 1])
        below[its] = np.searchsorted(ascending, own[its], side="left")
        at_most[its] = np.searchsorted(ascending, own[its], side="right")
    return below, at_most


def _comparisons(
    positives: np.ndarray,
    left_out: np.ndarray,
    categories: np.ndarray,
    order: np.ndarray,
    pairs: Pairs,
    places: tuple[np.ndarray, np.ndarray],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Count comparisons won and made, without listing them.

    Each metric gives every candidate of a brand a weight as a negative; a positive wins the
    weight of all candidates below it, read off a cumulative sum in score order.
    """
    (brand, _), (below, at_most) = pairs, places
    names, category = np.unique(categories, return_inverse=True)
    # Brands of each category that an influencer worked with, (categories, M).
    partners_of = np.stack([positives[category == c].sum(axis=0) for c in range(len(names))])
    others = partners_of.sum(axis=0) - positives  # brands other than b
    others_same = partners_of[category] - positives  # … of the category of b
    negative = ~positives
    weights = {
        "auc": others.astype(float),
        "cauc": others_same.astype(float),
        "auc_clean": negative.astype(float),
        "cauc_clean": (negative & (others_same > 0)).astype(float),
    }
    cumulative = np.zeros((len(order), order.shape[1] + 1))
    hits, rows = {}, {}
    for name, weight in weights.items():
        weight[left_out] = 0
        np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1, out=cumulative[:, 1:])
        won = cumulative[brand, below]
        if METRICS[name].half_ties:
            won = (won + cumulative[brand, at_most]) / 2
        made = weight.sum(axis=1)[brand] - weight[pairs]  # never against itself
        hits[name] = np.bincount(brand, won, len(order))
        rows[name] = np.bincount(brand, made, len(order))
    return hits, rows


def _rank_values(brand: np.ndarray, rank: np.ndarray, brands: int) -> dict[str, np.ndarray]:
    """Return recall, reciprocal rank, average precision and best rank of each brand.

    `brand` says whose positive each is, ascending, and `rank` where it stands.
    """
    n = np.bincount(brand, minlength=brands).astype(float)
    start = np.concatenate([[0], n.cumsum()[:-1]])
    n[n == 0] = np.nan
    rank = rank[np.lexsort((rank, brand))]  # brand by brand, best first
    k = np.arange(1, len(rank) + 1) - start[brand]
    first = np.full(brands, np.nan)
    first[brand[k == 1]] = rank[k == 1]
    return {
        "recall@10": np.bincount(brand, rank <= 10, brands) / n,
        "recall@50": np.bincount(brand, rank <= 50, brands) / n,
        "mrr": 1 / first,
        "map": np.bincount(brand, k / rank, brands) / n,
        "medr": first,
    }

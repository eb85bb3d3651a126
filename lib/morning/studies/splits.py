"""Other random splits of the same brands: how a comparison depends on the official one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from morning.evaluation import METRICS, BrandStatistics, official_task
from morning.evaluation.results import null
from morning.features import FeatureSet
from morning.features.rivals.inputs import Inputs
from morning.rankers import Ranker
from morning.studies.comparison import draw

SPLITS = 10


def split_again(features: FeatureSet, seed: int) -> FeatureSet:
    """Return the same brands, as many in each split as before, dealt out anew.

    Vectors stay as they are: where they were made with training collaborations, as attribute
    vectors are, they know something of the new test brands.
    """
    accounts = features.accounts.copy()
    brands = (accounts["role"] == "brand").to_numpy()
    dealt = np.random.default_rng(seed).permutation(accounts.loc[brands, "split"].to_numpy())
    accounts.loc[brands, "split"] = dealt
    return replace(features, accounts=accounts)


def metrics_over_splits(
    features: FeatureSet,
    scored: Callable[[FeatureSet, int], BrandStatistics],
    *,
    splits: int = SPLITS,
) -> list[dict[str, float | None]]:
    """Return the metrics of the test brands on each random split; None for what has no value.

    Parameters
    ----------
    features : FeatureSet
    scored : callable
        Fits a method to a split, of a number, and returns what each of its test brands
        contributes.
    splits : int
    """
    found = [scored(split_again(features, split), split).metrics() for split in range(splits)]
    return [{metric: null(value) for metric, value in metrics.items()} for metrics in found]


def by_ranker(method: Ranker) -> Callable[[FeatureSet, int], BrandStatistics]:
    """Return what fits a ranker, under its seed 0, to a split."""

    def scored(features: FeatureSet, split: int) -> BrandStatistics:
        return draw(method, Inputs(features), official_task(features), 1)[0]

    return scored


def compare_over_splits(
    found: Mapping[str, Sequence[Mapping[str, float | None]]],
) -> list[dict[str, Any]]:
    """Compare what methods reach on the same splits.

    Parameters
    ----------
    found : mapping of method to list of metrics
        From `metrics_over_splits`. The first is compared with the others.

    Returns
    -------
    list of dict
        A row per method and metric: method, metric, mean and sd over the splits in which it can
        be measured (null with fewer than two); for all but the first also ahead (how far the
        first is ahead, mean over splits), ahead_sd and wins (splits in which it is better).
    """
    values = {
        method: {m: np.array([on[m] for on in metrics], dtype=float) for m in METRICS}
        for method, metrics in found.items()
    }
    first = next(iter(values))
    rows = []
    for method, of_metric in values.items():
        for metric, reached in of_metric.items():
            mean, sd = _spread(reached)
            row = {"method": method, "metric": metric, "mean": mean, "sd": sd}
            if method != first:
                ahead = values[first][metric] - reached
                better = ahead < 0 if METRICS[metric].lower_is_better else ahead > 0
                mean, sd = _spread(ahead)
                row |= {"ahead": mean, "ahead_sd": sd, "wins": int(better.sum())}
            rows.append(row)
    return rows


def over_splits(
    features: FeatureSet, methods: Sequence[Ranker], *, splits: int = SPLITS
) -> list[dict[str, Any]]:
    """Fit rankers on random splits; return the rows of `compare_over_splits`."""
    return compare_over_splits(
        {m.name: metrics_over_splits(features, by_ranker(m), splits=splits) for m in methods}
    )


def _spread(values: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    """Return mean and standard deviation of what could be measured."""
    known = values[np.isfinite(values)]
    return (float(known.mean()), float(known.std(ddof=1))) if len(known) > 1 else (None, None)

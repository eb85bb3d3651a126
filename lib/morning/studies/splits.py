"""Other random splits of the same brands: how a comparison depends on the official one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from tqdm import tqdm

from morning.evaluation import METRICS, official_task
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


def over_splits(
    features: FeatureSet,
    methods: Sequence[Ranker],
    *,
    splits: int = SPLITS,
    progress: bool = True,
) -> list[dict[str, Any]]:
    """Fit and score methods on random splits.

    Parameters
    ----------
    features : FeatureSet
    methods : sequence of Ranker
        The first is compared with the others. Each is fitted under its seed 0.
    splits : int
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    list of dict
        A row per method and metric: method, metric, mean and sd over the splits in which it can
        be measured (null with fewer than two); for all but the first also ahead (how far the
        first is ahead, mean over splits), ahead_sd and wins (splits in which it is better).
    """
    found = np.array(list(_values(features, methods, splits, progress)))  # (splits, methods, K)
    rows = []
    for i, method in enumerate(methods):
        for k, metric in enumerate(METRICS):
            mean, sd = _spread(found[:, i, k])
            row = {"method": method.name, "metric": metric, "mean": mean, "sd": sd}
            if i:
                ahead = found[:, 0, k] - found[:, i, k]
                better = ahead < 0 if METRICS[metric].lower_is_better else ahead > 0
                mean, sd = _spread(ahead)
                row |= {"ahead": mean, "ahead_sd": sd, "wins": int(better.sum())}
            rows.append(row)
    return rows


def _spread(values: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    """Return mean and standard deviation of what could be measured."""
    known = values[np.isfinite(values)]
    return (known.mean(), known.std(ddof=1)) if len(known) > 1 else (None, None)


def _values(
    features: FeatureSet, methods: Sequence[Ranker], splits: int, progress: bool
) -> Iterator[list[list[float]]]:
    """Yield what every method reaches on each split, by metric."""
    for seed in tqdm(range(splits), "splits", unit="split", disable=not progress):
        dealt = split_again(features, seed)
        inputs, task = Inputs(dealt), official_task(dealt)
        metrics = [draw(method, inputs, task, 1)[0].metrics() for method in methods]
        yield [[values[metric] for metric in METRICS] for values in metrics]

"""Table V: MORNING category by category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from morning.evaluation import BrandStatistics, Task, category_rows, official_task
from morning.evaluation.published import published_table
from morning.evaluation.significance import per_brand
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel
from morning.studies.trained import statistics

TABLE = "table5_categories"


def category_breakdown(
    models: Sequence[TrainedModel], features: FeatureSet, task: Task | None = None
) -> list[dict[str, Any]]:
    """Score models on the test brands of each category, and on all of them together.

    Parameters
    ----------
    models : sequence of TrainedModel
        One per seed.
    features : FeatureSet
    task : Task, optional
        Default the official task of the FeatureSet.

    Returns
    -------
    list of dict
        Rows of `morning.evaluation.category_rows`, with the paper's beside public data.
    """
    task = task or official_task(features)
    runs = statistics(list(models), features, task)
    table = published_table(TABLE, features.source)
    return category_rows(runs, task.categories, table=table, blocks=list(features.blocks))


def explained_by_category(
    runs: Sequence[BrandStatistics],
    categories: np.ndarray,
    metric: str,
    *,
    permutations: int = 2_000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Return what share of the variance between brands their categories explain, and its p.

    Parameters
    ----------
    runs : sequence of BrandStatistics
        One per seed; a brand's value is averaged over them.
    categories : str array, shape (B,)
    metric : str
    permutations : int
        Of categories among brands: p is the share of them that explain as much, the true one
        counted among them.
    seed : int

    Returns
    -------
    (share, p) or None
        None where categories have a single brand each, or all brands are alike.
    """
    values = np.mean([per_brand(run, metric) for run in runs], axis=0)
    known = ~np.isnan(values)
    values, (_, codes) = values[known], np.unique(categories[known], return_inverse=True)
    total = ((values - values.mean()) ** 2).sum() if len(values) else 0.0
    sizes = np.bincount(codes)
    if total == 0 or sizes.max() < 2 or len(sizes) < 2:
        return None

    def share(order: np.ndarray) -> float:
        sums = np.bincount(codes, values[order])
        return float(((sums**2 / sizes).sum() - values.sum() ** 2 / len(values)) / total)

    rng = np.random.default_rng(seed)
    drawn = [share(rng.permutation(len(values))) for _ in range(permutations)]
    found = share(np.arange(len(values)))
    as_much = sum(each >= found - 1e-12 for each in drawn)
    return found, (as_much + 1) / (permutations + 1)

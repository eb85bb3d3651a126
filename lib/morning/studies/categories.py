"""Table V: MORNING category by category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from morning.evaluation import Task, category_rows, official_task
from morning.evaluation.published import published_table
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

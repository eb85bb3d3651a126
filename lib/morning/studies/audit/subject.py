"""What is audited: the trained models of a run on the test brands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from morning.evaluation import BrandStatistics, Task, brand_statistics, official_task, result_row
from morning.evaluation.published import published_table
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel


@dataclass(frozen=True, eq=False)
class Subject:
    """Models of several seeds, a task, and what the models give on it.

    Attributes
    ----------
    features : FeatureSet
    task : Task
    models : list of TrainedModel
    scores : list of float arrays, shape (B, M)
        F of every model.
    statistics : list of BrandStatistics
        Of every model.
    table : str or None
        Table of the paper to compare with, where the data are the paper's.
    row : dict
        The models' result row, "MORNING".
    """

    features: FeatureSet
    task: Task
    models: list[TrainedModel]
    scores: list[np.ndarray]
    statistics: list[BrandStatistics]
    table: str | None
    row: dict[str, Any]

    @classmethod
    def of(cls, features: FeatureSet, models: list[TrainedModel]) -> Subject:
        """Score the official task of a FeatureSet by models that were trained on it."""
        task = official_task(features)
        scores = [model.score(features, task)["F"] for model in models]
        statistics = [brand_statistics(s, task.positives, task.categories) for s in scores]
        table = published_table("table3_baselines", features.source)
        row = result_row("MORNING", statistics, table=table)
        return cls(features, task, models, scores, statistics, table, row)

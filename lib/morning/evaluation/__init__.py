"""Protocol, metrics, intervals and results files."""

from morning.evaluation.metrics import (
    METRICS,
    BrandStatistics,
    auc_rows,
    brand_statistics,
    evaluate,
    ranks,
)
from morning.evaluation.protocol import (
    Task,
    mark_validation,
    official_task,
    task,
    training_task,
)
from morning.evaluation.results import category_rows, result_row
from morning.evaluation.uncertainty import Estimate, difference, estimate

__all__ = [
    "METRICS",
    "BrandStatistics",
    "Estimate",
    "Task",
    "auc_rows",
    "brand_statistics",
    "category_rows",
    "difference",
    "estimate",
    "evaluate",
    "mark_validation",
    "official_task",
    "ranks",
    "result_row",
    "task",
    "training_task",
]

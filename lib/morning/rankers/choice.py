"""Choosing a setting on the validation brands: one rule for every ranker."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from morning.evaluation import Task, brand_statistics

S = TypeVar("S")


def best_setting(candidates: Sequence[S], auc_of: Callable[[S], float] | None) -> S:
    """Return the candidate with the best validation AUC, the first of equal ones.

    Parameters
    ----------
    candidates : sequence
        In their natural order, such as from the smallest penalty to the largest.
    auc_of : callable or None
        What each one reaches; NaN where the validation brands leave nothing to compare. None
        where there is no validation brand. A single candidate is not tried.

    Returns
    -------
    candidate
        The middle one where none has an AUC.
    """
    middle = candidates[len(candidates) // 2]
    if auc_of is None or len(candidates) == 1:
        return middle
    reached = [auc_of(candidate) for candidate in candidates]
    known = [value for value in reached if not math.isnan(value)]
    return candidates[reached.index(max(known))] if known else middle


def validation_auc(scores: np.ndarray, validation: Task) -> float:
    """Return what settings are chosen by: AUC, NaN where the brands leave nothing to compare."""
    statistics = brand_statistics(scores, validation.positives, validation.categories)
    return statistics.metrics()["auc"]

"""Rankings that know little or too much: chance, likeness, the category, and its oracle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from morning.evaluation import BrandStatistics, Task
from morning.features import FeatureSet
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.studies.comparison import draw, measure, measured_row

RAND, ORACLE = "RAND", "category-oracle"
LEARNT = ("similarity", "category-predictor")
#: In the order of the table.
CONTROLS = (RAND, *LEARNT, ORACLE)


def controls(
    features: FeatureSet, task: Task, folder: str | Path, *, chances: int = 0, ties: int = 0
) -> dict[str, list[BrandStatistics]]:
    """Return what the controls give on a task, by name.

    Parameters
    ----------
    features : FeatureSet
    task : Task
    folder : path
        Keeps the scores of the fitted ones.
    chances : int
        Draws of RAND; 0: as many as everywhere.
    ties : int
        Draws of how the oracle breaks its ties; 0: as many as everywhere.

    Returns
    -------
    dict of str to list of BrandStatistics
        Names are `CONTROLS`, without the category predictor where there is one category alone.
    """
    inputs = Inputs(features)
    methods = [ranker(name) for name in LEARNT]
    rand, oracle = ranker(RAND), ranker(ORACLE)
    found = {RAND: draw(rand, inputs, task, chances or rand.draws)}
    found |= measure(inputs, methods, folder, seeds=1, task=task, progress=False)
    return found | {ORACLE: draw(oracle, inputs, task, ties or oracle.draws)}


def control_rows(
    known: Mapping[str, Sequence[BrandStatistics]], task: Task, table: str | None = None
) -> list[dict[str, Any]]:
    """Return a result row of each control, the same as in the comparison of methods.

    Parameters
    ----------
    known : mapping of name to sequence of BrandStatistics
        From `controls`.
    task : Task
        What was ranked.
    table : str, optional
        Table of the paper to look up published rows in.
    """
    return [measured_row(ranker(n), drawn, task, table) for n, drawn in known.items()]


def position(values: np.ndarray, printed: float, digits: int = 3) -> float:
    """Return the share of values below a printed one, rounded as it is; equal ones count half."""
    rounded = np.round(values, digits)
    return float(np.mean((rounded < printed) + 0.5 * (rounded == printed)))

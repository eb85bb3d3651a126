"""Why a training falls short: its recipe taken apart, several seeds each, chosen on validation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from morning.evaluation import METRICS, Task, result_row, training_task
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel
from morning.models.jobs import train_seeds
from morning.models.profiles import Profile
from morning.studies.audit.selection import watch_seeds
from morning.studies.trained import statistics

#: Factor -> level -> what it changes, part by part of a profile.
FACTORS: dict[str, dict[str, dict[str, dict[str, Any]]]] = {
    "initialisation": {
        "uniform": {"model": {"initialisation": "uniform"}},
        "normal": {"model": {"initialisation": "normal"}},
    },
    "l1": {"0.001": {"objective": {"l1": 0.001}}, "0": {"objective": {"l1": 0.0}}},
    "dropout": {"0.5": {"model": {"dropout_rate": 0.5}}, "0": {"model": {"dropout_rate": 0.0}}},
    "projections": {
        "with": {"model": {"projections": True}},
        "without": {"model": {"projections": False}},
    },
}


def cells(profile: Profile) -> Iterator[tuple[dict[str, str], Profile]]:
    """Yield every combination of levels, and the profile that has them."""
    for levels in itertools.product(*FACTORS.values()):
        chosen = profile
        for factor, level in zip(FACTORS, levels, strict=True):
            for part, changes in FACTORS[factor][level].items():
                chosen = replace(chosen, **{part: replace(getattr(chosen, part), **changes)})
        yield dict(zip(FACTORS, levels, strict=True)), chosen


def grid(
    features: FeatureSet, profile: Profile, folder: Path, task: Task, *, seeds: int = 5
) -> Iterator[dict[str, Any]]:
    """Train every cell; yield its result row as soon as it is there.

    Yields
    ------
    dict
        A result row of the test brands with `levels` and `validation`: the mean over seeds of
        every metric of the validation brands at the epoch that they chose. Cells are to be chosen
        by the latter.
    """
    for levels, chosen in cells(profile):
        name = "-".join(levels.values())
        models = train_seeds(features, chosen, folder / name, seeds=seeds)
        row = result_row(name, statistics(models, features, task))
        yield row | {"levels": levels, "validation": validation(models)}


def curve(
    features: FeatureSet, profile: Profile, folder: Path, task: Task, *, seeds: int = 3
) -> dict[str, Any]:
    """Train with a look at the test brands after every epoch, for the curve and nothing else.

    Returns
    -------
    dict
        A result row at the epoch that validation chose, with `steps` (of an epoch) and `curve`:
        for each epoch the mean over seeds of every metric of the test brands.
    """
    models = watch_seeds(features, profile, folder, task, seeds=seeds)
    watched = [[entry["watched"] for entry in model.history] for model in models]
    means = [
        {m: float(np.mean([seed[epoch][m] for seed in watched])) for m in METRICS}
        for epoch in range(len(watched[0]))
    ]
    pairs = profile.training.negatives * int(training_task(features).positives.sum())
    row = result_row("curve", statistics(models, features, task))
    steps = -(-pairs // profile.training.batch_size)
    return row | {"validation": validation(models), "steps": steps, "curve": means}


def validation(models: Sequence[TrainedModel]) -> dict[str, float | None]:
    """Return the mean over seeds of what the validation brands gave at the chosen epochs."""
    kept = [model.history[model.epoch - 1].get("validation") or {} for model in models]
    found: dict[str, float | None] = {}
    for metric in METRICS:
        values = [metrics.get(metric) for metrics in kept]
        known = [value for value in values if value is not None]
        found[metric] = float(np.mean(known)) if known else None
    return found

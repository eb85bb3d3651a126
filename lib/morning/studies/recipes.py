"""Why a training falls short: its recipe taken apart, several seeds each, chosen on validation."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from morning.evaluation import (
    METRICS,
    BrandStatistics,
    Task,
    official_task,
    result_row,
    training_task,
)
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel
from morning.models.jobs import train_seeds
from morning.models.profiles import Profile
from morning.studies.audit.selection import selection, watch_seeds
from morning.studies.splits import SPLITS, metrics_over_splits
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
    """Yield every combination of levels, and the profile that has them.

    The first level of every factor comes first, then those with one other, two others, and so on.
    """

    def moved(levels: Sequence[str]) -> int:
        return sum(
            level != next(iter(FACTORS[f])) for f, level in zip(FACTORS, levels, strict=True)
        )

    for levels in sorted(itertools.product(*FACTORS.values()), key=moved):
        chosen = profile
        for factor, level in zip(FACTORS, levels, strict=True):
            for part, changes in FACTORS[factor][level].items():
                chosen = replace(chosen, **{part: replace(getattr(chosen, part), **changes)})
        yield dict(zip(FACTORS, levels, strict=True)), chosen


def sampling(profile: Profile) -> dict[str, Profile]:
    """Return a profile with its pairs drawn otherwise, in as many steps where that is possible.

    An epoch of 57 negatives is long, and four of them are the least. The learning rate falls as
    much in total, whatever the number of epochs.
    """
    training = profile.training

    def drawn(negatives: int, **options: Any) -> Profile:
        epochs = max(4, training.epochs // negatives)
        rate = training.decay_rate ** (training.epochs / epochs)
        return profile.trained_with(negatives=negatives, epochs=epochs, decay_rate=rate, **options)

    return {
        "1 negative": profile,
        "1 negative, file order": profile.trained_with(shuffle=False),
        "1 negative, kept": profile.trained_with(resample=False),
        "1 hard negative": profile.trained_with(hard_negatives=1),
        "4 negatives": drawn(4),
        "4 negatives, 1 of them hard": drawn(4, hard_negatives=1),
        "57 negatives": drawn(57),
    }


def trained_row(
    name: str,
    features: FeatureSet,
    profile: Profile,
    folder: Path,
    task: Task,
    *,
    seeds: int = 5,
    pairs: np.ndarray | None = None,
) -> dict[str, Any]:
    """Train one recipe with a look at the test brands after every epoch; return its result row.

    Parameters
    ----------
    name : str
        Of the row.
    features, profile, folder
        As in `train_seeds`.
    task : Task
        The test brands, scored at the epoch that validation chose.
    seeds : int
    pairs : int array, shape (3, P), optional
        As in `train`.

    Returns
    -------
    dict
        A result row with `validation`: the mean over seeds of every metric of the validation
        brands at the epoch that they chose; recipes are to be chosen by these. `epochs`: those.
        `selection`: what other ways of choosing the epoch give (`audit.selection`). `steps`: of
        an epoch. `curve`: for each epoch the mean over seeds of every metric of the test brands;
        for the picture and nothing else.
    """
    models = watch_seeds(features, profile, folder, task, seeds=seeds, pairs=pairs)
    watched = [[entry["watched"] for entry in model.history] for model in models]
    means = [
        {m: float(np.mean([seed[epoch][m] for seed in watched])) for m in METRICS}
        for epoch in range(len(watched[0]))
    ]
    count = profile.training.negatives * int(training_task(features).positives.sum())
    steps = -(-(count if pairs is None else pairs.shape[1]) // profile.training.batch_size)
    picked = selection(models)
    return result_row(name, statistics(models, features, task)) | {
        "validation": validation(models),
        "epochs": [model.epoch for model in models],
        "selection": {rule: picked.loc[rule].dropna().to_dict() for rule in picked.index},
        "steps": steps,
        "curve": means,
    }


def refitted_row(
    name: str,
    features: FeatureSet,
    profile: Profile,
    folder: Path,
    task: Task,
    *,
    epochs: int,
    seeds: int = 5,
) -> dict[str, Any]:
    """Train on the validation brands, too, for a number of epochs known from before."""
    splits = features.accounts["split"].astype("str").replace("validation", "train")
    everyone = replace(features, accounts=features.accounts.assign(split=splits))
    models = train_seeds(everyone, profile.trained_with(epochs=epochs), folder, seeds=seeds)
    return result_row(name, statistics(models, features, task))


def over_splits_row(
    name: str, features: FeatureSet, profile: Profile, folder: Path, *, splits: int = SPLITS
) -> dict[str, Any]:
    """Train one seed on every random split; `over_splits` has the metrics of each."""

    def scored(dealt: FeatureSet, split: int) -> BrandStatistics:
        models = train_seeds(dealt, profile, folder / f"split-{split}", seeds=1)
        return statistics(models, dealt, official_task(dealt))[0]

    return {"method": name, "over_splits": metrics_over_splits(features, scored, splits=splits)}


def validation(models: Sequence[TrainedModel]) -> dict[str, float | None]:
    """Return the mean over seeds of what the validation brands gave at the chosen epochs."""
    kept: list[Mapping[str, Any]] = [model.chosen.get("validation") or {} for model in models]
    found: dict[str, float | None] = {}
    for metric in METRICS:
        values = [metrics.get(metric) for metrics in kept]
        known = [value for value in values if value is not None]
        found[metric] = float(np.mean(known)) if known else None
    return found


def best_by_validation(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of the recipe with the best AUC of the validation brands."""
    return max(rows, key=lambda row: row["validation"]["auc"])

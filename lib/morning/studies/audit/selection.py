"""Choosing the epoch: on validation brands, not at all, or on the test brands themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.evaluation import METRICS, Task
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel
from morning.models.jobs import train_seeds
from morning.models.morning import Morning
from morning.models.profiles import Profile
from morning.models.scoring import measure, tensors


@dataclass(frozen=True, eq=False)
class WatchTask:
    """Metrics of a task after every epoch of a training; of the test brands, for the audit alone.

    Attributes
    ----------
    features : FeatureSet
    task : Task
    """

    features: FeatureSet
    task: Task

    def __call__(self, model: Morning) -> dict[str, float | None]:
        """Return the metrics of the model as it is."""
        device = next(model.parameters()).device
        return measure(model, tensors(self.features, model.input_sizes, device), self.task)


def watch_seeds(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    task: Task,
    *,
    seeds: int = 3,
    workers: int | None = None,
    pairs: np.ndarray | None = None,
) -> list[TrainedModel]:
    """Train as `train_seeds` does, and note the metrics of a task after every epoch.

    The weights and the chosen epoch are the same as without: the notes are optimistic, and
    nothing but the audit may look at them.
    """
    watch = WatchTask(features, task)
    return train_seeds(
        features, profile, folder, seeds=seeds, workers=workers, watch=watch, pairs=pairs
    )


def selection(models: Sequence[TrainedModel]) -> pd.DataFrame:
    """Return the watched metrics under each way of choosing an epoch, mean over the seeds.

    Parameters
    ----------
    models : sequence of TrainedModel
        From `watch_seeds`.

    Returns
    -------
    DataFrame, columns `METRICS` and `epoch`
        Rows: "validation" (the epoch that was kept, by AUC), "validation MAP" and "validation MRR"
        (by these), "last epoch", "best test AUC" (optimistic), and "best of each metric" (an
        epoch of its own for each; without `epoch`).

    Raises
    ------
    MorningError
        If a training was not watched.
    """
    chosen: dict[str, list[pd.Series]] = {}
    for model in models:
        if any("watched" not in entry for entry in model.history):
            raise MorningError("this training was not watched: train it with watch_seeds")
        watched = pd.DataFrame(
            [entry["watched"] for entry in model.history], columns=list(METRICS), dtype=float
        )
        watched["epoch"] = np.arange(1, len(watched) + 1)
        best = watched[list(METRICS)].max()
        best["medr"] = watched["medr"].min()
        known = watched["auc"].fillna(-np.inf)
        for name, row in {
            "validation": watched.iloc[model.epoch - 1],
            "validation MAP": watched.iloc[_best(model, "map")],
            "validation MRR": watched.iloc[_best(model, "mrr")],
            "last epoch": watched.iloc[-1],
            "best test AUC": watched.iloc[int(known.argmax())],
            "best of each metric": best,
        }.items():
            chosen.setdefault(name, []).append(row)
    return pd.DataFrame({name: pd.DataFrame(rows).mean() for name, rows in chosen.items()}).T[
        [*METRICS, "epoch"]
    ]


def _best(model: TrainedModel, metric: str) -> int:
    """Return the row of the epoch that is best on the validation brands; the last with none."""
    validated = [entry.get("validation") or {} for entry in model.history]
    values = [-np.inf if (v := metrics.get(metric)) is None else v for metrics in validated]
    return int(np.argmax(values)) if max(values) > -np.inf else len(values) - 1

"""A run folder: features, trained models and what they score."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from morning.errors import MorningError
from morning.evaluation import (
    BrandStatistics,
    Task,
    brand_statistics,
    official_task,
    result_row,
)
from morning.evaluation.published import published_table
from morning.features import FeatureSet
from morning.files import rename_folder, write_json
from morning.models.checkpoint import TrainedModel, is_trained
from morning.models.profiles import Profile
from morning.models.training import train

FULL = "full"


@dataclass(frozen=True)
class Run:
    """A run folder `runs/<name>/` with `features/` and `model/<variant>/seed-<n>/`."""

    folder: Path

    def features(self) -> FeatureSet:
        """Return the run's own FeatureSet."""
        return FeatureSet.load(self.folder / "features")

    def models(self, variant: str = FULL) -> list[TrainedModel]:
        """Return the trained models of a variant, in order of their seeds.

        Raises
        ------
        MorningError
            If there is none.
        """
        parent = self.folder / "model" / variant
        found = [p for p in parent.glob("seed-*") if p.name[5:].isdecimal() and is_trained(p)]
        if not found:
            raise MorningError(f"{self.folder}: no trained model in model/{variant}")
        return [TrainedModel.load(p) for p in sorted(found, key=lambda p: int(p.name[5:]))]


def train_run(
    features: FeatureSet,
    profile: Profile,
    out: str | Path,
    *,
    device: str = "auto",
    progress: bool = True,
) -> Run:
    """Train one model into a new run folder, whole or not at all.

    Until it is finished the run is called `<out>.partial`; calling again goes on from there.

    Raises
    ------
    MorningError
        If `out` exists.
    """
    out = Path(out)
    if out.exists():
        raise MorningError(f"{out} exists: choose another --out, or delete it first")
    partial = out.with_name(f"{out.name}.partial")
    features.save(partial / "features")
    seed = profile.training.seed
    model_folder = partial / "model" / FULL / f"seed-{seed}"
    train(features, profile, model_folder, device=device, progress=progress)
    for other in (partial / "model" / FULL).iterdir():  # left by an interrupted other seed
        if other != model_folder:
            shutil.rmtree(other)
    write_json(partial / "parameters.json", {"source": features.source, **asdict(profile)})
    rename_folder(partial, out)
    return Run(out)


def statistics(
    models: list[TrainedModel], features: FeatureSet, task: Task
) -> list[BrandStatistics]:
    """Return what every model's F gives on a task."""
    return [
        brand_statistics(model.score(features, task)["F"], task.positives, task.categories)
        for model in models
    ]


def mean_scores(models: list[TrainedModel], features: FeatureSet, task: Task) -> np.ndarray:
    """Return F averaged over models (seeds), shape (B, M)."""
    return np.mean([model.score(features, task)["F"] for model in models], axis=0)


def evaluate_run(
    run: Run, features: FeatureSet | None = None, *, variant: str = FULL, pool: str = "split"
) -> dict[str, Any]:
    """Return the result row of a run on the test brands.

    Parameters
    ----------
    run : Run
    features : FeatureSet, optional
        Other vectors of the same sizes; default the run's own.
    variant : str
    pool : "split" or "all"
        Candidates.
    """
    features = features or run.features()
    models = run.models(variant)
    task = official_task(features, pool)
    blocks = list(models[0].model.input_sizes)
    table = published_table("table4_ablations", features.source)
    row = result_row(variant, statistics(models, features, task), table=table, blocks=blocks)
    return row | {"protocol": task.describe() | {"pool": pool}}

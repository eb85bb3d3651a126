"""One model: into a run folder of its own, and what it scores."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
from morning.files import held, rename_folder, whole_folder, write_json
from morning.models.best import Best
from morning.models.checkpoint import TrainedModel, load_seeds
from morning.models.profiles import Profile
from morning.models.training import train
from morning.recommend.chance import Chances
from morning.run import BEST, FULL, Run


def fit_run(features: FeatureSet, out: str | Path) -> Run:
    """Fit the recommended model into a new run folder, whole or not at all.

    Raises
    ------
    MorningError
        If `out` exists, or nothing can be fitted.
    """
    out = _new(out)
    best, chances = Best.fit(features), Chances.fit(features)
    with whole_folder(out) as temporary:
        run = Run(temporary)
        features.save(run.vectors)
        best.save(run.best)
        chances.save(run.chances)
        write_json(run.parameters, {"data": features.source, "profile": BEST})
    return Run(out)


def train_run(
    features: FeatureSet,
    profile: Profile,
    out: str | Path,
    *,
    name: str = "",
    device: str = "auto",
    progress: bool = True,
) -> Run:
    """Train one model into a new run folder, whole or not at all.

    Until it is finished the run is called `<out>.partial`; calling again goes on from there.

    Parameters
    ----------
    features : FeatureSet
    profile : Profile
    out : path
        The new folder.
    name : str
        What results call the profile.
    device : str
    progress : bool

    Raises
    ------
    MorningError
        If `out` exists, or another process trains into it.
    """
    out = _new(out)
    run = Run(out.with_name(f"{out.name}.partial"))
    with held(run.folder):
        features.save(run.vectors)
        kept = run.model() / f"seed-{profile.training.seed}"
        train(features, profile, kept, device=device, progress=progress)
        for other in run.model().iterdir():  # left by an interrupted other seed
            if other != kept:
                shutil.rmtree(other)
        settings = {"data": features.source, "profile": name, "trained": asdict(profile)}
        write_json(run.parameters, settings)
        rename_folder(run.folder, out)
    return Run(out)


def _new(out: str | Path) -> Path:
    """Return the path of a run that is not there yet."""
    out = Path(out)
    if out.exists():
        raise MorningError(f"{out} exists: choose another --out, or delete it first")
    return out


def statistics(
    models: Sequence[TrainedModel | Best], features: FeatureSet, task: Task
) -> list[BrandStatistics]:
    """Return what every model's F gives on a task."""
    return [
        brand_statistics(model.score(features, task)["F"], task.positives, task.categories)
        for model in models
    ]


def evaluate_run(
    run: Run, features: FeatureSet | None = None, *, variant: str = "", pool: str = "split"
) -> dict[str, Any]:
    """Return the result row of a run on the test brands, with its protocol.

    Parameters
    ----------
    run : Run
    features : FeatureSet, optional
        Other vectors of the same sizes; default the run's own.
    variant : str
        `best`, or one that was trained; by default what the run was made for.
    pool : "split" or "all"
        Candidates.
    """
    features = features or run.features()
    variant = variant or (BEST if run.settings().get("profile") == BEST else FULL)
    models: Sequence[TrainedModel | Best]
    models = [Best.load(run.best)] if variant == BEST else load_seeds(run.model(variant))
    task = official_task(features, pool)
    blocks = list(models[0].input_sizes)
    table = published_table("table4_ablations", features.source)
    row = result_row(variant, statistics(models, features, task), table=table, blocks=blocks)
    return row | {"protocol": run.protocol(task)}

"""Several trainings: seeds of one profile, or any profiles by name, side by side on the CPU."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from morning.features import FeatureSet
from morning.learning.device import find_device
from morning.learning.workers import pool
from morning.models.checkpoint import TrainedModel
from morning.models.fingerprint import describe_data, find_finished
from morning.models.profiles import Profile
from morning.models.training import Watch, train


def train_seeds(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    *,
    seeds: int = 3,
    device: str = "auto",
    workers: int | None = None,
    progress: bool = True,
    watch: Watch | None = None,
    pairs: np.ndarray | None = None,
) -> list[TrainedModel]:
    """Train one model per seed in `folder`/seed-0, seed-1, … and return them.

    Parameters
    ----------
    features, profile, folder, device, progress
        As in `train`; the profile's own seed is the first.
    seeds : int
        How many.
    workers, watch, pairs
        As in `train_all`.
    """
    first = profile.training.seed
    jobs = {f"seed-{seed}": profile.trained_with(seed=seed) for seed in range(first, first + seeds)}
    trained = train_all(
        features,
        jobs,
        folder,
        device=device,
        workers=workers,
        progress=progress,
        watch=watch,
        pairs=pairs,
    )
    return list(trained.values())


def train_all(
    features: FeatureSet,
    jobs: Mapping[str, Profile],
    folder: str | Path,
    *,
    device: str = "auto",
    workers: int | None = None,
    progress: bool = True,
    watch: Watch | None = None,
    pairs: np.ndarray | None = None,
) -> dict[str, TrainedModel]:
    """Train one model per job in `folder`/<name> and return them by name, in that order.

    What is there already is loaded. On the CPU the others are trained side by side.

    Parameters
    ----------
    features, folder, device, progress, pairs
        As in `train`.
    jobs : mapping of str to Profile
        Names are paths below `folder`, such as "seed-0".
    workers : int, optional
        Trainings at a time; default one per CPU core, and one on a GPU.
    watch : callable, optional
        As in `train`; it must be possible to pickle it. It is not asked again about a training
        that is there already.
    """
    places = {name: Path(folder) / name for name in jobs}
    options: dict[str, Any] = {
        "device": device,
        "progress": progress,
        "watch": watch,
        "pairs": pairs,
    }
    data = describe_data(features, pairs)
    wanted = [name for name in jobs if find_finished(places[name], jobs[name], data) is None]
    if workers is None:
        workers = 1 if find_device(device).type != "cpu" else (os.cpu_count() or 1)
    workers = min(workers, len(wanted))
    if workers > 1:
        with pool(workers) as processes:
            futures = [
                processes.submit(_train_quietly, features, jobs[name], places[name], options)
                for name in wanted
            ]
            for future in futures:
                future.result()
    return {name: train(features, job, places[name], **options) for name, job in jobs.items()}


def _train_quietly(
    features: FeatureSet, profile: Profile, folder: Path, options: dict[str, Any]
) -> None:
    """Train in a worker process; the model stays on disk, so that nothing large is sent back."""
    train(features, profile, folder, **options)

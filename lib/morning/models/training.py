"""One training loop: epoch chosen on validation brands, resumable to the same result."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from morning.errors import MorningError
from morning.evaluation import Task, auc_rows, brand_statistics, task, training_task
from morning.features import FeatureSet
from morning.files import rename_folder, whole_file
from morning.learning.device import find_device
from morning.learning.losses import add_l1_gradient, l1_norm
from morning.learning.pairs import sample_pairs
from morning.learning.repeat import cuda_devices, mix_seeds, one_thread
from morning.models.checkpoint import TrainedModel, is_trained, weights
from morning.models.morning import Morning, pair_scores
from morning.models.objectives import objective
from morning.models.profiles import Profile
from morning.models.scoring import score, tensors

log = logging.getLogger(__name__)

_STATE = "state.safetensors"
_SAVE_EVERY_S = 20.0
_NEAR_ZERO = 0.01
_DECIDING = (
    "evaluation/metrics.py",
    "evaluation/protocol.py",
    "models/morning.py",
    "learning/losses.py",
    "learning/pairs.py",
    "learning/repeat.py",
    "models/objectives.py",
    "models/profiles.py",
    "models/scoring.py",
    "models/training.py",
    "roster.py",
)

#: Looks at the model after an epoch; what it returns is added to that epoch's history.
Watch = Callable[[Morning], dict[str, Any]]


@dataclass
class _State:
    """What an interrupted training goes on from."""

    epoch: int
    history: list[dict[str, Any]]
    best: dict[str, Tensor]
    best_epoch: int
    best_auc: float


def train(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    *,
    device: str = "auto",
    progress: bool = True,
    watch: Watch | None = None,
) -> TrainedModel:
    """Train one model and save it in `folder`, whole or not at all.

    The weights kept are those of the epoch with the best validation AUC; without validation
    brands, or where these have no AUC (a single brand), those of the last epoch. A finished
    training of the same profile, features and code is loaded, any other is replaced; an
    interrupted one goes on from where it was and ends with the same weights.

    Parameters
    ----------
    features : FeatureSet
    profile : Profile
    folder : path
    device : str
        "auto" takes a GPU where there is one.
    progress : bool
        Show a bar on stderr.
    watch : callable, optional
        Called with the model after every epoch, for the history alone.

    Returns
    -------
    TrainedModel

    Raises
    ------
    MorningError
        If the features do not suffice, or the loss is not finite.
    """
    folder = Path(folder)
    data = _describe(features)
    if (done := _finished(folder, profile, data)) is not None:
        return done
    where = find_device(device)
    fit = training_task(features)
    validation = _validation_task(features, features.brands("validation"))
    with one_thread(where), torch.random.fork_rng(devices=cuda_devices(where)):
        torch.manual_seed(profile.training.seed)
        model = Morning(features.sizes(), profile.model).to(where)
        inputs = tensors(features, model.input_sizes, where)
        optimiser = torch.optim.Adam(
            model.parameters(), lr=profile.training.learning_rate, fused=True
        )
        partial = folder.with_name(f"{folder.name}.partial")
        partial.mkdir(parents=True, exist_ok=True)
        fingerprint = {"profile": asdict(profile), "data": data}
        state = _resume(partial / _STATE, model, optimiser, fingerprint)
        epochs = range(state.epoch, profile.training.epochs)
        bar = tqdm(
            epochs,
            desc=f"{folder.parent.name}/{folder.name}",
            initial=state.epoch,
            total=profile.training.epochs,
            unit="epoch",
            disable=not progress,
        )
        saved = time.monotonic()
        for epoch in bar:
            losses = _epoch(model, inputs, fit, optimiser, profile, epoch)
            entry = {"epoch": epoch + 1, **losses, **_weight_report(model)}
            auc = float(epoch)  # without validation brands the last epoch is the best
            if validation is not None:
                entry["validation"] = metrics_on(model, inputs, validation)
                auc = entry["validation"]["auc"]
                bar.set_postfix(loss=f"{losses['data']:.3f}", auc=f"{auc:.4f}", refresh=False)
            if watch is not None:
                entry["watched"] = watch(model)
            state.history.append(entry)
            state.epoch = epoch + 1
            if auc > state.best_auc:
                state.best, state.best_epoch, state.best_auc = weights(model), epoch + 1, auc
            if time.monotonic() - saved > _SAVE_EVERY_S:
                _save_state(partial / _STATE, model, optimiser, state, fingerprint)
                saved = time.monotonic()
        model.load_state_dict(state.best)
    trained = TrainedModel(model.eval(), profile, state.best_epoch, state.history, data)
    trained.save(partial)
    (partial / _STATE).unlink(missing_ok=True)
    rename_folder(partial, folder)
    return trained


def train_seeds(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    *,
    seeds: int = 3,
    device: str = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> list[TrainedModel]:
    """Train one model per seed in `folder`/seed-0, seed-1, … and return them.

    Seeds that are there already are loaded. On the CPU the others are trained side by side.

    Parameters
    ----------
    features, profile, folder, device, progress
        As in `train`; the profile's own seed is the first.
    seeds : int
        How many.
    workers : int, optional
        Trainings at a time; default one per CPU core, and one on a GPU.
    """
    first = profile.training.seed
    jobs = {f"seed-{seed}": profile.trained_with(seed=seed) for seed in range(first, first + seeds)}
    trained = train_all(features, jobs, folder, device=device, workers=workers, progress=progress)
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
) -> dict[str, TrainedModel]:
    """Train one model per job in `folder`/<name> and return them by name, in that order.

    What is there already is loaded. On the CPU the others are trained side by side.

    Parameters
    ----------
    features, folder, device, workers, progress
        As in `train_seeds`.
    jobs : mapping of str to Profile
        Names are paths below `folder`, such as "seed-0".
    watch : callable, optional
        As in `train`; it must be possible to pickle it. It is not asked again about a training
        that is there already.
    """
    places = {Path(folder) / name: job for name, job in jobs.items()}
    data = _describe(features)
    open_jobs = {p: job for p, job in places.items() if _finished(p, job, data) is None}
    if workers is None:
        workers = 1 if find_device(device).type != "cpu" else (os.cpu_count() or 1)
    workers = min(workers, len(open_jobs))
    if workers > 1:
        # "spawn": a forked child would inherit torch's thread pool in an unusable state.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            futures = [
                pool.submit(_train_quietly, features, job, path, device, progress, watch)
                for path, job in open_jobs.items()
            ]
            for future in futures:
                future.result()
    return {
        name: train(
            features, job, Path(folder) / name, device=device, progress=progress, watch=watch
        )
        for name, job in jobs.items()
    }


def _train_quietly(
    features: FeatureSet,
    profile: Profile,
    folder: Path,
    device: str,
    progress: bool,
    watch: Watch | None,
) -> None:
    """Train in a worker process; the model stays on disk, so that nothing large is sent back."""
    train(features, profile, folder, device=device, progress=progress, watch=watch)


def metrics_on(model: Morning, inputs: dict[str, Tensor], on: Task) -> dict[str, float | None]:
    """Return every metric of a model on a task; what cannot be measured is None."""
    scores = score(model, inputs, on)["F"]
    values = brand_statistics(scores, on.positives, on.categories).metrics()
    return {name: None if math.isnan(v) else v for name, v in values.items()}


def _validation_task(features: FeatureSet, brands: np.ndarray) -> Task | None:
    """Return the task that chooses the epoch; None where there is no AUC to choose by."""
    if len(brands) == 0:
        return None
    validation = task(features, brands)
    if auc_rows(validation.positives, validation.categories)["auc"].any():
        return validation
    log.warning("%d validation brand(s) have no AUC: the last epoch is kept", len(brands))
    return None


def _epoch(
    model: Morning,
    inputs: dict[str, Tensor],
    fit: Task,
    optimiser: torch.optim.Optimizer,
    profile: Profile,
    epoch: int,
) -> dict[str, float]:
    """Run one epoch; return the mean of every part of the loss, and the learning rate."""
    config = profile.training
    device = next(model.parameters()).device
    # All randomness of an epoch follows from seed and epoch: a resumed run repeats it.
    torch.manual_seed(mix_seeds(config.seed, epoch))
    drawn = np.random.default_rng([config.seed, epoch if config.resample else 0, 1])
    pairs = np.stack(sample_pairs(fit, config.negatives, drawn))  # (3, n)
    if pairs.shape[1] == 0:
        raise MorningError("every training brand worked with every candidate: nothing to learn")
    if config.shuffle:
        order = np.random.default_rng([config.seed, epoch, 2]).permutation(pairs.shape[1])
        pairs = pairs[:, order]
    batches = torch.from_numpy(pairs).to(device).split(config.batch_size, dim=1)
    model.train()
    totals: dict[str, Tensor] = {}
    for i, batch in enumerate(batches):
        rate = config.learning_rate_at(epoch, epoch * len(batches) + i)
        for group in optimiser.param_groups:
            group["lr"] = rate
        n = batch.shape[1]
        rows = batch.reshape(-1)  # brands, positives, negatives: (3n,)
        model.draw_dropout()
        accounts = model.represent({block: x[rows] for block, x in inputs.items()})
        brands = model.attend({p: e[:n] for p, e in accounts.items()}, "brand")
        influencers = model.attend({p: e[n:] for p, e in accounts.items()}, "influencer")
        positive = pair_scores(brands, {p: e[:n] for p, e in influencers.items()})
        negative = pair_scores(brands, {p: e[n:] for p, e in influencers.items()})
        loss, parts = objective(positive, negative, profile.objective)
        optimiser.zero_grad(set_to_none=False)
        loss.backward()
        add_l1_gradient(model.weight_matrices(), profile.objective.l1)
        optimiser.step()
        for name, part in parts.items():
            totals[name] = totals[name] + part if name in totals else part
    means = {name: float(total) / len(batches) for name, total in totals.items()}
    if not math.isfinite(means["data"]):
        raise MorningError(f"the loss is {means['data']} in epoch {epoch + 1}: lower learning_rate")
    return {"learning_rate": rate, **means}


@torch.no_grad()
def _weight_report(model: Morning) -> dict[str, float]:
    """Return the L1 norm, and the share of weights that it has driven to nearly zero."""
    weights = list(model.weight_matrices())
    small = sum(int((w.abs() < _NEAR_ZERO).sum()) for w in weights)
    return {"l1": float(l1_norm(weights)), "near_zero": small / sum(w.numel() for w in weights)}


def _finished(folder: Path, profile: Profile, data: dict[str, Any]) -> TrainedModel | None:
    """Return the finished training of a folder if it is of this profile, data and code."""
    if not is_trained(folder):
        return None
    try:
        done = TrainedModel.load(folder)
    except MorningError as error:
        log.warning("%s: so it is trained anew", error)
        return None
    if done.profile == profile and done.data == data:
        return done
    log.warning("%s: settings, features or code have changed, so it is trained anew", folder)
    return None


@cache
def code_digest() -> str:
    """Return a digest of the modules that decide what a training gives."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for name in _DECIDING:
        digest.update((package / name).read_bytes())
    return digest.hexdigest()


def _describe(features: FeatureSet) -> dict[str, Any]:
    """Say what a model is trained on and by, so that nothing else passes for it.

    The collaborations of test brands play no part.
    """
    accounts = features.accounts[["account_id", "role", "category", "split"]]
    training = accounts["account_id"].iloc[features.brands("train", "validation")]
    pairs = features.collaborations[["brand_id", "influencer_id"]]
    pairs = pairs[pairs["brand_id"].isin(training)]
    parts = {
        n: t.to_csv(index=False).encode() for n, t in (("accounts", accounts), ("pairs", pairs))
    }
    parts |= {b: np.ascontiguousarray(x).data for b, x in features.blocks.items()}
    return {
        "code": code_digest(),
        "source": features.source,
        "accounts": len(features),
        "sizes": features.sizes(),
        "sha256": {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
    }


def _save_state(
    path: Path,
    model: Morning,
    optimiser: torch.optim.Optimizer,
    state: _State,
    fingerprint: dict[str, Any],
) -> None:
    """Write everything that a resumed training needs into one file."""
    arrays = {f"model.{k}": v for k, v in weights(model).items()}
    arrays |= {f"best.{k}": v for k, v in state.best.items()}
    for i, moments in optimiser.state_dict()["state"].items():
        arrays |= {f"adam.{i}.{k}": v.detach().cpu().clone() for k, v in moments.items()}
    notes = {
        "epoch": state.epoch,
        "history": state.history,
        "best_epoch": state.best_epoch,
        "best_auc": state.best_auc,
        "fingerprint": fingerprint,
    }
    with whole_file(path) as temporary:
        save_file(arrays, temporary, metadata={"notes": json.dumps(notes)})


def _resume(
    path: Path, model: Morning, optimiser: torch.optim.Optimizer, fingerprint: dict[str, Any]
) -> _State:
    """Restore an interrupted training of the same profile, else start anew."""
    fresh = _State(0, [], weights(model), 0, -math.inf)
    if not path.is_file():
        return fresh
    try:
        with safe_open(path, framework="pt") as file:
            notes = json.loads(file.metadata()["notes"])
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        log.warning("%s cannot be read (%s): training starts anew", path, error)
        return fresh
    if notes["fingerprint"] != json.loads(json.dumps(fingerprint)):
        log.warning("%s belongs to another profile or other features: training starts anew", path)
        return fresh

    def part(prefix: str) -> dict[str, Tensor]:
        return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}

    model.load_state_dict(part("model."))
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in part("adam.").items():
        index, name = key.split(".", 1)
        moments.setdefault(int(index), {})[name] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": moments, "param_groups": groups})
    log.info("going on after epoch %d", notes["epoch"])
    return _State(
        notes["epoch"], notes["history"], part("best."), notes["best_epoch"], notes["best_auc"]
    )

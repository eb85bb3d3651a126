"""One training loop: epoch chosen on validation brands, resumable to the same result."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from morning.errors import MorningError, counted
from morning.evaluation import Task, auc_rows, task, training_task
from morning.features import FeatureSet
from morning.files import rename_folder
from morning.learning.device import find_device
from morning.learning.losses import add_l1_gradient, l1_norm
from morning.learning.pairs import sample_pairs
from morning.learning.repeat import cuda_devices, mix_seeds, one_thread
from morning.models.checkpoint import TrainedModel
from morning.models.fingerprint import describe_data, find_finished
from morning.models.morning import Morning
from morning.models.objectives import objective
from morning.models.profiles import Profile, TrainingOptions
from morning.models.scoring import measure, tensors
from morning.models.state import resume, save_state

log = logging.getLogger(__name__)

_STATE = "state.safetensors"
_SAVE_EVERY_S = 20.0
_NEAR_ZERO = 0.01

#: Looks at the model after an epoch; what it returns is added to that epoch's history.
Watch = Callable[[Morning], dict[str, Any]]


def train(
    features: FeatureSet,
    profile: Profile,
    folder: str | Path,
    *,
    device: str = "auto",
    progress: bool = True,
    watch: Watch | None = None,
    pairs: np.ndarray | None = None,
) -> TrainedModel:
    """Train one model and save it in `folder`, whole or not at all.

    The weights kept are those of the epoch with the best AUC on the brands with split =
    validation; where there are none, or they have no AUC (a single brand), those of the last
    epoch. A finished training of the same profile, features and code is loaded, any other is
    replaced; an interrupted one goes on from where it was and ends with the same weights.

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
    pairs : int array, shape (3, P), optional
        Row numbers of brands, positives and negatives to train on, in place of drawn ones.

    Returns
    -------
    TrainedModel

    Raises
    ------
    MorningError
        If the features do not suffice, or the loss is not finite.
    """
    folder, options = Path(folder), profile.training
    data = describe_data(features, pairs)
    if (done := find_finished(folder, profile, data)) is not None:
        return done
    where = find_device(device)
    fit, validation = training_task(features), _validation_task(features)
    with one_thread(where), torch.random.fork_rng(devices=cuda_devices(where)):
        torch.manual_seed(options.seed)
        model = Morning(features.sizes(), profile.model).to(where)
        inputs = tensors(features, model.input_sizes, where)
        optimiser = torch.optim.Adam(model.parameters(), lr=options.learning_rate, fused=True)
        partial = folder.with_name(f"{folder.name}.partial")
        partial.mkdir(parents=True, exist_ok=True)
        fingerprint = {"profile": asdict(profile), "data": data}
        state = resume(partial / _STATE, model, optimiser, fingerprint)
        bar = tqdm(
            range(state.epoch, options.epochs),
            desc=f"{folder.parent.name}/{folder.name}",
            initial=state.epoch,
            total=options.epochs,
            unit="epoch",
            disable=not progress,
        )
        saved = time.monotonic()
        for epoch in bar:
            drawn = _draw_pairs(fit, options, epoch) if pairs is None else pairs
            losses = _train_epoch(model, inputs, drawn, optimiser, profile, epoch)
            entry = {"epoch": epoch + 1, **losses, **_describe_weights(model)}
            auc = float(epoch)  # with nothing to choose by, the last epoch is the best
            if validation is not None:
                entry["validation"] = measure(model, inputs, validation)
                auc = entry["validation"]["auc"]
                bar.set_postfix(loss=f"{losses['data']:.3f}", auc=f"{auc:.4f}", refresh=False)
            if watch is not None:
                entry["watched"] = watch(model)
            state.add(entry, auc, model)
            if time.monotonic() - saved > _SAVE_EVERY_S:
                save_state(partial / _STATE, state, model, optimiser, fingerprint)
                saved = time.monotonic()
        model.load_state_dict(state.best)
    trained = TrainedModel(model.eval(), profile, state.best_epoch, state.history, data)
    trained.save(partial)
    (partial / _STATE).unlink(missing_ok=True)
    rename_folder(partial, folder)
    return trained


def _validation_task(features: FeatureSet) -> Task | None:
    """Return the task that chooses the epoch; None where there is no AUC to choose by."""
    brands = features.brands("validation")
    if len(brands) == 0:
        log.warning(
            "no brand has split = validation, so the last epoch is kept; "
            "morning.evaluation.mark_validation sets some aside"
        )
        return None
    validation = task(features, brands)
    if auc_rows(validation.positives, validation.categories)["auc"].any():
        return validation
    log.warning("no AUC of %s: the last epoch is kept", counted(len(brands), "validation brand"))
    return None


def _train_epoch(
    model: Morning,
    inputs: Mapping[str, Tensor],
    pairs: np.ndarray,
    optimiser: torch.optim.Optimizer,
    profile: Profile,
    epoch: int,
) -> dict[str, float]:
    """Run one epoch; return the mean of every part of the loss, and the learning rate."""
    options = profile.training
    # All randomness of an epoch follows from seed and epoch: a resumed run repeats it.
    torch.manual_seed(mix_seeds(options.seed, epoch))
    batches = _batches(pairs, options, epoch, next(model.parameters()).device)
    model.train()
    totals: dict[str, Tensor] = {}
    for i, batch in enumerate(batches):
        rate = options.learning_rate_at(epoch, epoch * len(batches) + i)
        for group in optimiser.param_groups:
            group["lr"] = rate
        brands = {block: x[batch[0]] for block, x in inputs.items()}  # (n, size) each
        influencers = {block: x[batch[1:]] for block, x in inputs.items()}  # (2, n, size) each
        loss, parts = objective(model(brands, influencers), profile.objective)
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


def _draw_pairs(fit: Task, options: TrainingOptions, epoch: int) -> np.ndarray:
    """Return the row numbers of an epoch's brands, positives and negatives, (3, pairs)."""
    rng = np.random.default_rng([options.seed, epoch if options.resample else 0, 1])
    pairs = np.stack(sample_pairs(fit, options.negatives, rng, hard=options.hard_negatives))
    if pairs.shape[1] == 0:
        raise MorningError("every training brand worked with every candidate: nothing to learn")
    return pairs


def _batches(
    pairs: np.ndarray, options: TrainingOptions, epoch: int, device: torch.device
) -> tuple[Tensor, ...]:
    """Return the pairs of each step, each (3, n)."""
    if options.shuffle:
        order = np.random.default_rng([options.seed, epoch, 2]).permutation(pairs.shape[1])
        pairs = pairs[:, order]
    return torch.from_numpy(pairs).to(device).split(options.batch_size, dim=1)


@torch.no_grad()
def _describe_weights(model: Morning) -> dict[str, float]:
    """Return the L1 norm, and the share of weights that it has driven to nearly zero."""
    weights = list(model.weight_matrices())
    small = sum(int((w.abs() < _NEAR_ZERO).sum()) for w in weights)
    return {"l1": float(l1_norm(weights)), "near_zero": small / sum(w.numel() for w in weights)}

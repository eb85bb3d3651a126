"""Where a training is: what it goes on from after an interruption, in one file."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer

from morning.files import whole_file
from morning.guard import DAMAGED, reason
from morning.models.checkpoint import weights
from morning.models.morning import Morning

log = logging.getLogger(__name__)

#: What Adam keeps of each parameter, beside the number of its steps.
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass
class State:
    """Epochs done, their history, and the best weights so far.

    Attributes
    ----------
    epoch : int
        How many are done.
    history : list of dict
    best : dict of str to Tensor
        The weights of `best_epoch`, which reached `best_auc`.
    best_epoch : int
    best_auc : float
    """

    epoch: int
    history: list[dict[str, Any]]
    best: dict[str, Tensor]
    best_epoch: int
    best_auc: float

    @classmethod
    def fresh(cls, model: Morning) -> State:
        """Return the state before the first epoch."""
        return cls(0, [], weights(model), 0, -math.inf)

    def add(self, entry: dict[str, Any], auc: float, model: Morning) -> None:
        """Take note of an epoch; its weights are kept if its AUC is the best so far."""
        self.history.append(entry)
        self.epoch += 1
        if auc > self.best_auc:
            self.best, self.best_epoch, self.best_auc = weights(model), self.epoch, auc


def save_state(
    path: Path, state: State, model: Morning, optimiser: Optimizer, fingerprint: dict[str, Any]
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


def resume(path: Path, model: Morning, optimiser: Optimizer, fingerprint: dict[str, Any]) -> State:
    """Restore an interrupted training of the same profile, data and code, else start anew."""
    if not path.is_file():
        return State.fresh(model)
    try:
        with safe_open(path, framework="pt") as file:
            notes = json.loads(file.metadata()["notes"])
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if notes["fingerprint"] != json.loads(json.dumps(fingerprint)):
            log.warning(
                "%s belongs to another profile or other features: training starts anew", path
            )
            return State.fresh(model)
        state, moments = _stored(notes, arrays, model)
    except DAMAGED as error:
        log.warning("%s cannot be read (%s): training starts anew", path, reason(error))
        return State.fresh(model)
    model.load_state_dict(_part(arrays, "model."))
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": moments, "param_groups": groups})
    log.info("going on after epoch %d", state.epoch)
    return state


def _stored(
    notes: dict[str, Any], arrays: dict[str, Tensor], model: Morning
) -> tuple[State, dict[int, dict[str, Tensor]]]:
    """Return the state of a file and Adam's moments; ValueError where they are not a model's."""
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    best = _part(arrays, "best.")
    moments: dict[int, dict[str, Tensor]] = {}
    for kept in (best, _part(arrays, "model.")):
        if {name: value.shape for name, value in kept.items()} != shapes:
            raise ValueError("its weights are of another model")
    for key, value in _part(arrays, "adam.").items():
        index, name = key.split(".", 1)
        moments.setdefault(int(index), {})[name] = value
    sizes = dict(enumerate(shapes.values()))
    for number, values in moments.items():
        shaped = {"step": torch.Size([]), **dict.fromkeys(_MOMENTS, sizes[number])}
        if {name: value.shape for name, value in values.items()} != shaped:
            raise ValueError("its moments are of another model")
    if any(x.dtype != torch.float32 or not x.isfinite().all() for x in arrays.values()):
        raise ValueError("it holds other than finite float32 numbers")
    epoch, history, best_epoch = notes["epoch"], list(notes["history"]), notes["best_epoch"]
    if not (epoch == len(history) and 0 <= best_epoch <= epoch):
        raise ValueError(f"it is after epoch {epoch}, with {len(history)} in its history")
    return State(epoch, history, best, best_epoch, float(notes["best_auc"])), moments


def _part(arrays: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the arrays whose names begin so, without that beginning."""
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}

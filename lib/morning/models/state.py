"""Where a training is: what it goes on from after an interruption, in one file."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer

from morning.files import whole_file
from morning.models.checkpoint import weights
from morning.models.morning import Morning

log = logging.getLogger(__name__)


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
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        log.warning("%s cannot be read (%s): training starts anew", path, error)
        return State.fresh(model)
    if notes["fingerprint"] != json.loads(json.dumps(fingerprint)):
        log.warning("%s belongs to another profile or other features: training starts anew", path)
        return State.fresh(model)

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
    best = part("best.")
    return State(notes["epoch"], notes["history"], best, notes["best_epoch"], notes["best_auc"])

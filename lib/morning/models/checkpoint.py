"""Trained models on disk: weights in safetensors, everything else in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features import FeatureSet
from morning.files import read_json, write_json
from morning.guard import readable, require
from morning.guard.options import options
from morning.learning.device import find_device
from morning.models.morning import ModelOptions, Morning
from morning.models.objectives import ObjectiveOptions
from morning.models.profiles import Profile, TrainingOptions
from morning.models.scoring import score, tensors

FORMAT = 2
_WEIGHTS, _RECORD = "model.safetensors", "model.json"


@dataclass
class TrainedModel:
    """A model with how it was trained.

    Attributes
    ----------
    model : Morning
        In evaluation mode.
    profile : Profile
    epoch : int
        The epoch whose weights these are, counted from 1.
    history : list of dict
        One entry per epoch: epoch, learning_rate, mean losses, l1, near_zero (share of weights
        below 0.01), validation (metrics).
    data : dict
        What it was trained on: source, brands and candidates.
    """

    model: Morning
    profile: Profile
    epoch: int
    history: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def chosen(self) -> dict[str, Any]:
        """The entry of the history of the epoch whose weights these are."""
        return self.history[self.epoch - 1]

    @property
    def curve(self) -> dict[str, Any]:
        """Seed, chosen epoch and history: what a picture of the training needs."""
        seed = self.profile.training.seed
        return {"seed": seed, "epoch": self.epoch, "history": self.history}

    @property
    def input_sizes(self) -> Mapping[str, int]:
        """Columns of each block that it needs."""
        return self.model.input_sizes

    def score(
        self, features: FeatureSet, task: Task, device: str = "auto"
    ) -> dict[str, np.ndarray]:
        """Return f, g, h (those at hand) and F of a task, float32 arrays of shape (B, M)."""
        where = find_device(device)
        inputs = tensors(features, self.input_sizes, where)
        return score(self.model.to(where), inputs, task)

    @torch.inference_mode()
    def embed(self, features: FeatureSet, side: str, device: str = "auto") -> np.ndarray:
        """Return each account's embeddings on one side, joined: float32 (n, perspectives · d).

        F of a brand and an influencer is the product of theirs.
        """
        where = find_device(device)
        inputs = tensors(features, self.input_sizes, where)
        embeddings = self.model.to(where).encode(inputs, side)
        return torch.cat(list(embeddings.values()), dim=1).cpu().numpy()

    def save(self, folder: Path) -> None:
        """Write weights and record into an existing folder."""
        save_file(weights(self.model), folder / _WEIGHTS)
        record = {
            "format": FORMAT,
            "input_sizes": self.input_sizes,
            "profile": asdict(self.profile),
            "epoch": self.epoch,
            "history": self.history,
            "data": self.data,
        }
        write_json(folder / _RECORD, record)

    @classmethod
    def load(cls, folder: str | Path) -> TrainedModel:
        """Read a trained model.

        Raises
        ------
        MorningError
            If it is not there or not readable.
        """
        folder = Path(folder)
        if not is_trained(folder):
            raise MorningError(f"{folder}: no trained model here ({_RECORD}, {_WEIGHTS})")
        with readable(folder, "a trained model", "train it again"):
            require(folder / _WEIGHTS)
            record = read_json(folder / _RECORD, dict)
            if record["format"] != FORMAT:
                raise MorningError(
                    f"{folder}: format {record['format']}, not {FORMAT}; train the model again"
                )
            profile = profile_from_dict(record["profile"])
            model = _filled(record["input_sizes"], profile.model, load_file(folder / _WEIGHTS))
            epoch, history, data = record["epoch"], list(record["history"]), dict(record["data"])
            if type(epoch) is not int or not 1 <= epoch <= len(history):
                raise ValueError(f"epoch {epoch!r} is none of the {len(history)} of its history")
            if not all(isinstance(entry, dict) for entry in history):
                raise TypeError("its history is no list of epochs")
            return cls(model, profile, epoch, history, data)


def load_seeds(folder: str | Path) -> list[TrainedModel]:
    """Return the trained models of `<folder>/seed-<n>/`, in order of their seeds.

    Raises
    ------
    MorningError
        If there is none.
    """
    folder = Path(folder)
    found = [p for p in folder.glob("seed-*") if p.name[5:].isdecimal() and is_trained(p)]
    if not found:
        raise MorningError(f"no trained model in {folder}")
    return [TrainedModel.load(p) for p in sorted(found, key=lambda p: int(p.name[5:]))]


def is_trained(folder: Path) -> bool:
    """Whether a folder holds a finished training."""
    return (folder / _RECORD).is_file() and (folder / _WEIGHTS).is_file()


def weights(model: Morning) -> dict[str, Tensor]:
    """Return a copy of the parameters on the CPU."""
    return {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}


def _filled(
    input_sizes: Mapping[str, int], options: ModelOptions, state: Mapping[str, Tensor]
) -> Morning:
    """Return a model of the tensors of a file, which are compared before any memory is taken."""
    with torch.device("meta"):
        model = Morning(input_sizes, options)
    needed = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in sorted(needed.keys() | found.keys()):
        if found.get(name) != needed.get(name):
            raise ValueError(f"{name} has shape {found.get(name)}, not {needed.get(name)}")
    for name, tensor in state.items():
        if tensor.dtype != torch.float32 or not tensor.isfinite().all():
            raise ValueError(f"{name} holds other than finite float32 numbers")
    model.load_state_dict(state, assign=True)
    return model.eval()


def profile_from_dict(record: dict[str, Any]) -> Profile:
    """Rebuild a Profile from its JSON form."""
    return Profile(
        options(ModelOptions, record["model"]),
        options(ObjectiveOptions, record["objective"]),
        options(TrainingOptions, record["training"]),
    )

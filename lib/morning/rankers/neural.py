"""What the trained rivals share: encoders with weight dropout and one training loop."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from morning.errors import MorningError
from morning.evaluation import Task
from morning.evaluation.results import null
from morning.learning.device import find_device
from morning.learning.dropout import dropped
from morning.learning.repeat import cuda_devices, mix_seeds, one_thread
from morning.rankers.choice import validation_auc
from morning.rankers.contract import Arrays, Ranker, Training

_SLOPE = 0.01
_DEVIATION = 0.1
NOTHING = "nothing to learn: no training brand has both a partner and a candidate that is none"


class Encoder(nn.Module):
    """Fully connected layers with leaky ReLU and dropped weight entries, as the rivals' code has.

    Parameters
    ----------
    sizes : sequence of int
        Input size, then the width of every layer.
    keep : float
        Probability that a weight entry is kept in training.
    dropped : int
        In how many of the first layers entries are dropped.
    biased : int
        How many of the first layers have a bias.
    bias_deviation : float
        Standard deviation of the biases at the start.
    activate_last : bool
        Leaky ReLU after the last layer, too.
    """

    def __init__(
        self,
        *sizes: int,
        keep: float,
        dropped: int,
        biased: int,
        bias_deviation: float = 0.0,
        activate_last: bool = False,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(n, m, bias=i < biased) for i, (n, m) in enumerate(pairwise(sizes))
        )
        for layer in self._linear():
            nn.init.normal_(layer.weight, 0.0, _DEVIATION)
            if layer.bias is not None:
                nn.init.normal_(layer.bias, 0.0, bias_deviation)
        self.rate, self.dropped, self.activate_last = 1 - keep, dropped, activate_last
        self._drawn: list[Tensor] | None = None

    def _linear(self) -> Iterator[nn.Linear]:
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            yield layer

    def draw(self) -> None:
        """Draw the weights of this step: one mask for all accounts."""
        self._drawn = [
            dropped(layer.weight, self.rate) if self.training and i < self.dropped else layer.weight
            for i, layer in enumerate(self._linear())
        ]

    def release(self) -> None:
        """Forget the weights of the step; from here on nothing is dropped."""
        self._drawn = None

    def forward(self, x: Tensor) -> Tensor:
        """Map (…, input size) to (…, last width)."""
        last = len(self.layers) - 1
        for i, layer in enumerate(self._linear()):
            x = F.linear(x, layer.weight if self._drawn is None else self._drawn[i], layer.bias)
            if i < last or self.activate_last:
                x = F.leaky_relu(x, _SLOPE)
        return x

    def weights(self) -> Iterator[Tensor]:
        """Yield the weight matrices, which the L1 penalty covers."""
        for layer in self._linear():
            yield layer.weight


def encoders(module: nn.Module) -> list[Encoder]:
    """Return all encoders of a module."""
    return [part for part in module.modules() if isinstance(part, Encoder)]


def weight_matrices(module: nn.Module) -> Iterator[Tensor]:
    """Yield the weight matrices of all encoders of a module."""
    for encoder in encoders(module):
        yield from encoder.weights()


class NeuralRanker(Ranker):
    """A ranker that is trained by gradient descent, its epoch chosen on the validation brands.

    Its options have `epochs` and `device`.
    """

    seeded = True
    needs_negatives = True

    @abstractmethod
    def build(self, training: Training, device: torch.device) -> nn.Module:
        """Return the untrained module, initialised from torch's global generator."""

    @abstractmethod
    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return the optimiser."""

    @abstractmethod
    def run_epoch(
        self,
        module: Any,
        optimiser: torch.optim.Optimizer,
        training: Training,
        epoch: int,
        rng: np.random.Generator,
    ) -> float:
        """Train for one epoch and return the mean loss."""

    @abstractmethod
    def arrays(self, module: Any, training: Training) -> Arrays:
        """Return what scoring needs, from a module in evaluation mode."""

    def validation_scores(self, module: Any, training: Training, task: Task) -> np.ndarray:
        """Return the scores of a task while training; a subclass may do with less than `arrays`."""
        return self._score(self.arrays(module, training), task.brands, task.influencers)

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        if training.fit.positives.all():
            raise MorningError(NOTHING)
        device = find_device(self.options.device)
        with one_thread(device), torch.random.fork_rng(devices=cuda_devices(device)):
            torch.manual_seed(seed)
            module = self.build(training, device)
            self.train(module, training, seed, progress)
            return self.arrays(module.eval(), training)

    def train(self, module: nn.Module, training: Training, seed: int, progress: bool) -> float:
        """Train a module, leave it with the best epoch's parameters, return their AUC."""
        optimiser = self.optimiser(module)
        best, best_auc, best_epoch = _copy(module), -math.inf, 0
        history: list[dict[str, float | None]] = []
        epochs = tqdm(range(self.options.epochs), self.name, unit="epoch", disable=not progress)
        for epoch in epochs:
            torch.manual_seed(mix_seeds(seed, epoch))
            module.train()
            rng = np.random.default_rng([seed, epoch])
            loss = self.run_epoch(module, optimiser, training, epoch, rng)
            if not math.isfinite(loss):
                raise MorningError(f"{self.name}: the loss is {loss}: lower learning_rate")
            for encoder in encoders(module):
                encoder.release()
            auc = math.nan
            if training.validation is not None:
                scores = self.validation_scores(module.eval(), training, training.validation)
                auc = validation_auc(scores, training.validation)
            history.append({"loss": loss, "auc": null(auc)})
            epochs.set_postfix(loss=f"{loss:.3f}", auc=f"{auc:.4f}", refresh=False)
            # Without anything to choose by, the last epoch is the best.
            if (value := float(epoch) if math.isnan(auc) else auc) > best_auc:
                best, best_auc, best_epoch = _copy(module), value, epoch + 1
        module.load_state_dict(best)
        self.about |= {"epoch": best_epoch, "history": history}
        return best_auc


def _copy(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}

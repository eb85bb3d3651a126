"""HPTR: MIR's histories and towers under MORNING's triplet loss."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from morning.errors import MorningError
from morning.learning.losses import add_l1_gradient, triplet
from morning.learning.pairs import sample_pairs
from morning.rankers.choice import best_setting
from morning.rankers.contract import Arrays, Training, register
from morning.rankers.neural import NOTHING, encoders, weight_matrices
from morning.rankers.towers import TowerOptions, TwoSidedRanker, TwoSides


@dataclass(frozen=True)
class HptrOptions(TowerOptions):
    """Options of HPTR."""

    margins: tuple[float, ...] = (1.0, 2.0, 4.0, 7.0)
    """Candidates for the margin, which the paper does not give; the one with the best validation
    AUC is taken, the middle one where there is no validation brand."""
    margin_epochs: int = 20
    """Passes after which margins are compared."""
    epochs: int = 100
    """Passes over the positives."""
    batch_size: int = 16
    """Pairs of a positive and a negative in a step."""
    learning_rate: float = 0.002
    """Adam's."""
    l1: float = 0.001
    """Weight of the L1 norm."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.margins or min(self.margins) <= 0:
            raise MorningError("margins must be given and positive")
        if min(self.margin_epochs, self.epochs, self.batch_size) < 1:
            raise MorningError("epochs, margin_epochs and batch_size must be at least 1")


@register(
    quick={"embedding_size": 128, "epochs": 20, "margin_epochs": 5},
    tiny={"embedding_size": 16, "epochs": 12, "margins": (1.0, 2.0), "margin_epochs": 2},
)
class Hptr(TwoSidedRanker):
    """Multi-modal history pooling with a triplet loss; the paper says no more (spec 6.4)."""

    kind = "HPTR"
    options_type = HptrOptions
    options: HptrOptions
    note = "our interpretation: MIR's towers, triplet loss, margin chosen on validation brands"

    @property
    def paper_row(self) -> str:
        """HPTR."""
        return "HPTR"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        if len(self.options.margins) == 1:
            return super()._fit(training, seed, folder, progress)

        def auc_of(margin: float) -> float:
            """Return the validation AUC that a short training with a margin reaches."""
            epochs = min(self.options.margin_epochs, self.options.epochs)
            short = Hptr(replace(self.options, margins=(margin,), epochs=epochs))
            short._fit(training, seed, None, progress)
            best = short.about["history"][short.about["epoch"] - 1]["auc"]
            return math.nan if best is None else best

        margin = best_setting(self.options.margins, auc_of if training.validation else None)
        chosen = Hptr(replace(self.options, margins=(margin,)))
        arrays = chosen._fit(training, seed, folder, progress)
        self.about |= chosen.about | {"margin": margin}
        return arrays

    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(module.parameters(), self.options.learning_rate, fused=True)

    def run_epoch(
        self,
        module: TwoSides,
        optimiser: torch.optim.Optimizer,
        training: Training,
        epoch: int,
        rng: np.random.Generator,
    ) -> float:
        """Go once through the positives, each with a random negative."""
        pairs = np.stack(sample_pairs(training.fit, 1, rng))
        if pairs.shape[1] == 0:
            raise MorningError(NOTHING)
        device = next(module.parameters()).device
        pairs = pairs[:, rng.permutation(pairs.shape[1])]
        batches = torch.from_numpy(pairs).to(device).split(self.options.batch_size, dim=1)
        (margin,) = self.options.margins
        total = 0.0
        for brand, positive, negative in batches:
            for encoder in encoders(module):
                encoder.draw()
            left = module.vectors("brand", brand)
            right, wrong = module.vectors("influencer", torch.cat([positive, negative])).chunk(2)
            loss = triplet((left * right).sum(dim=1), (left * wrong).sum(dim=1), margin, "active")
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            add_l1_gradient(weight_matrices(module), self.options.l1)
            optimiser.step()
            total += float(loss.detach())
        return total / len(batches)

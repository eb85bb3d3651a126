"""HPTR: MIR's histories and towers under MORNING's triplet loss."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from morning.errors import MorningError
from morning.models.baselines.mir import TowerOptions, TwoSidedRanker, TwoSides
from morning.models.baselines.neural import NOTHING, encoders, weight_matrices
from morning.models.baselines.ranker import Arrays, Training
from morning.models.objectives import add_l1_gradient, triplet
from morning.models.training import sample_pairs


@dataclass(frozen=True)
class HptrOptions(TowerOptions):
    """Options of HPTR."""

    margins: tuple[float, ...] = (1.0, 2.0, 4.0, 7.0)
    """Candidates for the margin, which the paper does not give; one training each, and the one
    with the best validation AUC is taken (the first where there is no validation brand)."""
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
        if min(self.epochs, self.batch_size) < 1:
            raise MorningError("epochs and batch_size must be at least 1")


class Hptr(TwoSidedRanker):
    """Multi-modal history pooling with a triplet loss; the paper says no more (spec 6.4)."""

    kind = "HPTR"
    options_type = HptrOptions
    options: HptrOptions
    note = "our interpretation: MIR's towers, triplet loss, margin chosen on validation brands"
    _margin: float

    @property
    def paper_row(self) -> str:
        """HPTR."""
        return "HPTR"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        best: tuple[float, Arrays, dict] | None = None
        about = dict(self.about)
        margins = self.options.margins if training.validation else self.options.margins[:1]
        for margin in margins:
            self._margin = margin
            arrays = super()._fit(training, seed, folder, progress)
            reached = self.about["history"][self.about["epoch"] - 1]["auc"] or 0.0
            if best is None or reached > best[0]:
                best = (reached, arrays, self.about | {"margin": margin})
            self.about = dict(about)
        assert best is not None
        self.about = best[2]
        return best[1]

    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(module.parameters(), self.options.learning_rate, fused=True)

    def epoch(
        self,
        module: TwoSides,
        optimiser: torch.optim.Optimizer,
        training: Training,
        rng: np.random.Generator,
    ) -> float:
        """Go once through the positives, each with a random negative."""
        pairs = np.stack(sample_pairs(training.fit, 1, rng))
        if pairs.shape[1] == 0:
            raise MorningError(NOTHING)
        device = next(module.parameters()).device
        pairs = pairs[:, rng.permutation(pairs.shape[1])]
        batches = torch.from_numpy(pairs).to(device).split(self.options.batch_size, dim=1)
        total = 0.0
        for brand, positive, negative in batches:
            for encoder in encoders(module):
                encoder.draw()
            left = module.vectors("brand", brand)
            right, wrong = module.vectors("influencer", torch.cat([positive, negative])).chunk(2)
            loss = triplet(
                (left * right).sum(dim=1), (left * wrong).sum(dim=1), self._margin, "active"
            )
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            add_l1_gradient(weight_matrices(module), self.options.l1)
            optimiser.step()
            total += float(loss.detach())
        return total / len(batches)

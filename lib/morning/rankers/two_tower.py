"""Logistic two-tower: one linear map per side, trained on all training pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features.standardise import standardised
from morning.rankers.contract import Arrays, Training, VectorRanker, register
from morning.rankers.neural import NeuralRanker


@dataclass(frozen=True)
class TwoTowerOptions:
    """Options of the two towers."""

    embedding_size: int = 64
    """Length of the vectors."""
    epochs: int = 60
    """Evaluations on the validation brands; each follows `steps` steps."""
    steps: int = 5
    """Full-batch steps in an epoch."""
    learning_rate: float = 0.001
    """Adam's."""
    weight_decay: float = 30.0
    """Decoupled (AdamW)."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        if min(self.embedding_size, self.epochs, self.steps) < 1:
            raise MorningError("embedding_size, epochs and steps must be at least 1")


class _Towers(nn.Module):
    x: Tensor

    def __init__(self, x: Tensor, size: int) -> None:
        super().__init__()
        self.register_buffer("x", x, persistent=False)
        self.brand = nn.Linear(x.shape[1], size, bias=False)
        self.influencer = nn.Linear(x.shape[1], size, bias=False)
        self.offset = nn.Parameter(torch.zeros(()))
        for layer in (self.brand, self.influencer):
            nn.init.normal_(layer.weight, 0.0, 0.3 / x.shape[1] ** 0.5)

    def vectors(self, brands: Tensor, influencers: Tensor) -> tuple[Tensor, Tensor]:
        return self.brand(self.x[brands]), self.influencer(self.x[influencers])


@register()
class TwoTower(NeuralRanker, VectorRanker):
    """Logistic regression of all training pairs on the product of two linear maps.

    Positives weigh as much as negatives in total.
    """

    kind = "two-tower"
    options_type = TwoTowerOptions
    note = "linear towers on standardised blocks, logistic loss over all training pairs"

    def build(self, training: Training, device: torch.device) -> nn.Module:
        """Return two linear towers over the standardised blocks."""
        x = torch.from_numpy(standardised(training.inputs.features).astype(np.float32))
        return _Towers(x, self.options.embedding_size).to(device)

    def optimiser(self, module: nn.Module) -> torch.optim.Optimizer:
        """Return AdamW."""
        return torch.optim.AdamW(
            module.parameters(), self.options.learning_rate, weight_decay=self.options.weight_decay
        )

    def run_epoch(
        self,
        module: _Towers,
        optimiser: torch.optim.Optimizer,
        training: Training,
        epoch: int,
        rng: np.random.Generator,
    ) -> float:
        """Take some full-batch steps."""
        device = module.x.device
        brands = torch.from_numpy(training.fit.brands).to(device)
        influencers = torch.from_numpy(training.fit.influencers).to(device)
        labels = torch.from_numpy(training.fit.positives.astype(np.float32)).to(device)
        ratio = (labels.numel() - labels.sum()) / labels.sum()
        total = 0.0
        for _ in range(self.options.steps):
            left, right = module.vectors(brands, influencers)
            loss = F.binary_cross_entropy_with_logits(
                left @ right.T + module.offset, labels, pos_weight=ratio
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        return total / self.options.steps

    @torch.no_grad()
    def arrays(self, module: _Towers, training: Training) -> Arrays:
        """Return both towers' vectors of every account."""
        everyone = torch.arange(len(module.x), device=module.x.device)
        left, right = module.vectors(everyone, everyone)
        return {"brand_vectors": left.cpu().numpy(), "influencer_vectors": right.cpu().numpy()}

    @torch.no_grad()
    def validation_scores(self, module: _Towers, training: Training, task: Task) -> np.ndarray:
        """Score without encoding everyone."""
        left, right = module.vectors(
            *(torch.from_numpy(a).to(module.x.device) for a in (task.brands, task.influencers))
        )
        return cast(np.ndarray, (left @ right.T).cpu().numpy())

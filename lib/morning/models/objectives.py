"""The loss of MORNING (eq 28-32) and the released code's readings of it, as plain functions.

Scores are tensors of shape (n,), one per pair of a positive and a negative influencer of the
same brand; perspectives are the keys of the mappings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from morning.errors import MorningError
from morning.learning.losses import pair_cross_entropy, triplet
from morning.models.morning import total_score


@dataclass(frozen=True)
class ObjectiveConfig:
    """Options of the loss.

    Attributes
    ----------
    margins : mapping of perspective to float
        margin1, margin2, margin3 of eq 28-30.
    triplet_mean : "batch" or "active"
        Average triplets over the batch, or over those with a loss (released code).
    shrinkage : bool
        The term that pulls scores down; in the released code, not in the paper.
    l1 : float
        λ of eq 32.
    """

    margins: Mapping[str, float] = field(
        default_factory=lambda: {"content": 4.0, "audience": 2.0, "attribute": 2.0}
    )
    triplet_mean: str = "batch"
    shrinkage: bool = False
    l1: float = 0.001

    def __post_init__(self) -> None:
        if self.triplet_mean not in ("batch", "active"):
            raise MorningError(f"unknown triplet_mean {self.triplet_mean!r}")
        if self.l1 < 0:
            raise MorningError(f"l1 must not be negative, not {self.l1}")


def shrinkage(positive: Mapping[str, Tensor], negative: Mapping[str, Tensor]) -> Tensor:
    """Return the released code's extra term: small multiples of the mean scores, signed."""
    terms = [
        (0.02 if p == "audience" else 0.01) * (positive[p].mean() + negative[p].mean())
        for p in positive
    ]
    return torch.stack(terms).sum()


def objective(
    positive: Mapping[str, Tensor], negative: Mapping[str, Tensor], config: ObjectiveConfig
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss of a batch without its L1 term (eq 32), and its parts.

    Parameters
    ----------
    positive, negative : mapping of perspective to tensor (n,)
        Sub-scores of the pairs; perspectives that are absent add nothing.
    config : ObjectiveConfig

    Returns
    -------
    total : scalar tensor
        To be differentiated; the L1 term is `add_l1_gradient`'s.
    parts : dict of str to detached scalar tensor
        `triplet_<perspective>`, `cross_entropy` and their sum `data`, which is comparable
        between runs.
    """
    parts = {
        f"triplet_{p}": triplet(positive[p], negative[p], config.margins[p], config.triplet_mean)
        for p in positive
    }
    parts["cross_entropy"] = pair_cross_entropy(total_score(positive), total_score(negative))
    total = parts["data"] = torch.stack(list(parts.values())).sum()
    if config.shrinkage:
        total = total + shrinkage(positive, negative)
    return total, {name: part.detach() for name, part in parts.items()}

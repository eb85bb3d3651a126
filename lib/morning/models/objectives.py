"""The loss of MORNING (eq 28-32), put together from named terms.

A term is a function `(scores, options) -> parts` of `LOSSES`; `ObjectiveOptions.losses` names
those that a training sums. Scores are those of c candidates for each of n brands, the partner in
row 0: perspective -> tensor (c, n). Parts are scalar tensors by the name that the history shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from morning.errors import MorningError
from morning.learning import losses
from morning.models.morning import Scores


@dataclass(frozen=True)
class ObjectiveOptions:
    """What a training minimises."""

    losses: tuple[str, ...] = ("triplet", "cross_entropy")
    """Names in `LOSSES`. The released code has "shrinkage", too."""
    margins: Mapping[str, float] = field(
        default_factory=lambda: {"content": 4.0, "audience": 2.0, "attribute": 2.0}
    )
    """margin1, margin2, margin3 of eq 28-30 by perspective."""
    triplet_reduction: str = "mean"
    """"mean" of the batch, mean of the "active" triplets, those with a loss (released code), or
    "sum" (BAMIR)."""
    l1: float = 0.001
    """λ of eq 32."""

    def __post_init__(self) -> None:
        if unknown := [name for name in self.losses if name not in LOSSES]:
            raise MorningError(f"unknown loss {', '.join(unknown)}; known are {', '.join(LOSSES)}")
        if not set(self.losses) - PENALTIES:
            raise MorningError("at least one loss is needed that ranks partners first")
        if self.triplet_reduction not in ("mean", "active", "sum"):
            raise MorningError(f"unknown triplet_reduction {self.triplet_reduction!r}")
        if self.l1 < 0:
            raise MorningError(f"l1 must not be negative, not {self.l1}")


Loss = Callable[[Scores, ObjectiveOptions], dict[str, Tensor]]


def triplet(scores: Scores, options: ObjectiveOptions) -> dict[str, Tensor]:
    """Return the hinge loss of each sub-score (eq 28-30)."""
    return {
        f"triplet_{p}": losses.triplet(s[0], s[1:], options.margins[p], options.triplet_reduction)
        for p, s in scores.items()
    }


def cross_entropy(scores: Scores, options: ObjectiveOptions) -> dict[str, Tensor]:
    """Return the cross entropy of F (eq 31)."""
    total = scores.total  # (c, n)
    return {"cross_entropy": losses.pair_cross_entropy(total[0], total[1:])}


def shrinkage(scores: Scores, options: ObjectiveOptions) -> dict[str, Tensor]:
    """Return the released code's extra term: small multiples of the mean scores, signed."""
    terms = [
        (0.02 if p == "audience" else 0.01) * (s[0].mean() + s[1:].mean())
        for p, s in scores.items()
    ]
    return {"shrinkage": torch.stack(terms).sum()}


#: The terms that a profile may name; a new one is a function and an entry here.
LOSSES: dict[str, Loss] = {
    "triplet": triplet,
    "cross_entropy": cross_entropy,
    "shrinkage": shrinkage,
}
#: Terms that say nothing of the ranking: minimised, but no part of the loss that is reported.
PENALTIES = frozenset({"shrinkage"})


def objective(scores: Scores, options: ObjectiveOptions) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss of a batch without its L1 term (eq 32), and its parts.

    Parameters
    ----------
    scores : Scores
        Perspective -> tensor (c, n); perspectives that are absent add nothing.
    options : ObjectiveOptions

    Returns
    -------
    total : scalar tensor
        To be differentiated; the L1 term is `add_l1_gradient`'s.
    parts : dict of str to detached scalar tensor
        Those of the losses, and their sum `data`, which is comparable between runs: neither the
        L1 term nor the penalties are in it.
    """
    parts: dict[str, Tensor] = {}
    penalties: list[Tensor] = []
    for name in options.losses:
        found = LOSSES[name](scores, options)
        if name in PENALTIES:
            penalties += found.values()
        else:
            parts |= found
    total = parts["data"] = torch.stack(list(parts.values())).sum()
    for penalty in penalties:
        total = total + penalty
    return total, {name: part.detach() for name, part in parts.items()}

"""Losses as plain functions."""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

_ACTIVE = 1e-16  # a triplet counts as active above this loss (released code)


def triplet(positive: Tensor, negative: Tensor, margin: float, reduction: str = "mean") -> Tensor:
    """Return the hinge loss of triplets (eq 28-30): their mean, or sum.

    With ``reduction="active"`` the mean is over triplets that have a loss, 0 where none has.
    """
    losses = F.relu(negative - positive + margin)  # (n,)
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / ((losses > _ACTIVE).sum() + _ACTIVE)


def pair_cross_entropy(positive: Tensor, negative: Tensor) -> Tensor:
    """Return -ln of the softmax probability of the positive in its pair.

    Eq 31 takes the logarithm of an unbounded score; the pair softmax is the reading that is
    defined, and what the released code does.
    """
    return F.softplus(negative - positive).mean()


def l1_norm(weights: Iterable[Tensor]) -> Tensor:
    """Return the sum of absolute entries of all weight matrices."""
    return torch.stack([weight.abs().sum() for weight in weights]).sum()


@torch.no_grad()
def add_l1_gradient(weights: Iterable[Tensor], l1: float) -> None:
    """Add the gradient of ``l1 * l1_norm(weights)`` to the gradients of the weights.

    The same as differentiating the norm, without a pass forward and back over every weight.
    """
    for weight in weights:
        if weight.grad is not None:
            weight.grad.add_(weight.sgn(), alpha=l1)  # sign() is 8 times slower

"""Dropping entries of weight matrices."""

from __future__ import annotations

import torch
from torch import Tensor


def dropped(weight: Tensor, rate: float) -> Tensor:
    """Return a weight matrix with entries dropped and the others divided by the share kept.

    What `torch.nn.functional.dropout` does, but with 16 random bits an entry: on a CPU that
    takes a tenth of the time, which is most of a step of the rivals' training.
    """
    n = weight.numel()
    bits = torch.empty(-(-n // 4), dtype=torch.int64, device=weight.device)
    bits.random_(-(2**63), None)
    words = bits.view(torch.int16)[:n].view_as(weight)  # uniform from -2**15 to 2**15 - 1
    kept = words >= round(2**16 * rate) - 2**15
    return weight * (kept.to(weight.dtype) / (1 - rate))

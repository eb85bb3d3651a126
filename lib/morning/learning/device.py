"""Where to compute."""

from __future__ import annotations

import torch

from morning.errors import MorningError


def find_device(name: str = "auto") -> torch.device:
    """Return the named device; `auto` is the fastest one there: cuda, mps, else the CPU.

    Raises
    ------
    MorningError
        If the device is unknown or not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next((kind for kind, available in there.items() if available), "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MorningError(
            f"device {name!r} cannot be used ({error}); take auto, cpu, cuda or mps"
        ) from error
    return device

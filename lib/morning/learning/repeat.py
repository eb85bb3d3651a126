"""Trainings that repeat: seeds, and one thread on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def mix_seeds(seed: int, epoch: int) -> int:
    """Return a seed for torch that differs for every seed and epoch."""
    return int(
        np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1)
    )


def cuda_devices(device: torch.device) -> list[torch.device]:
    """Return the GPUs whose random state a training changes: `device`, if it is one."""
    return [device] if device.type == "cuda" else []


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """Train with one thread on the CPU: steps are small, and results repeat exactly."""
    threads = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

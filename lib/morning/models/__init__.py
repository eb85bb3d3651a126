"""MORNING, its loss and its training, and `Best`, the model that we recommend.

What is asked for is imported on first use: `Best` needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning.models.best import Best, BestOptions
    from morning.models.checkpoint import TrainedModel, load_seeds
    from morning.models.jobs import train_all, train_seeds
    from morning.models.morning import ModelOptions, Morning
    from morning.models.profiles import PROFILES, VARIANTS, Profile, profile
    from morning.models.training import train

__all__ = [
    "PROFILES",
    "VARIANTS",
    "Best",
    "BestOptions",
    "ModelOptions",
    "Morning",
    "Profile",
    "TrainedModel",
    "load_seeds",
    "profile",
    "train",
    "train_all",
    "train_seeds",
]

_HOMES = {
    "PROFILES": "morning.models.profiles",
    "VARIANTS": "morning.models.profiles",
    "Best": "morning.models.best",
    "BestOptions": "morning.models.best",
    "ModelOptions": "morning.models.morning",
    "Morning": "morning.models.morning",
    "Profile": "morning.models.profiles",
    "TrainedModel": "morning.models.checkpoint",
    "load_seeds": "morning.models.checkpoint",
    "profile": "morning.models.profiles",
    "train": "morning.models.training",
    "train_all": "morning.models.jobs",
    "train_seeds": "morning.models.jobs",
}


def __getattr__(name: str) -> Any:
    """Import on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'morning.models' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

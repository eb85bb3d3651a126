"""MORNING, its loss and its training, and `Best`, the model that we recommend."""

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

"""MORNING, its objective and training, and the methods it is compared with."""

from morning.models.checkpoint import TrainedModel, load_seeds
from morning.models.morning import Morning, MorningConfig
from morning.models.profiles import PROFILES, VARIANTS, Profile, profile
from morning.models.training import train, train_seeds

__all__ = [
    "PROFILES",
    "VARIANTS",
    "Morning",
    "MorningConfig",
    "Profile",
    "TrainedModel",
    "load_seeds",
    "profile",
    "train",
    "train_seeds",
]

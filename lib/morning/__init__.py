"""MORNING: micro-influencer recommendation by multi-perspective account representations."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning import evaluation, sources
    from morning.dataset import Dataset
    from morning.errors import ContractError, MorningError
    from morning.features import FeatureSet
    from morning.recommend.recommender import Recommender

try:
    __version__ = version("morning")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0"

__all__ = [
    "ContractError",
    "Dataset",
    "FeatureSet",
    "MorningError",
    "Recommender",
    "evaluation",
    "sources",
]

_HOMES = {
    "ContractError": "morning.errors",
    "Dataset": "morning.dataset",
    "FeatureSet": "morning.features",
    "MorningError": "morning.errors",
    "Recommender": "morning.recommend.recommender",
}


def __getattr__(name: str) -> Any:
    """Import on first use: a command that needs no torch does not wait for it."""
    if name not in __all__:
        raise AttributeError(f"module 'morning' has no attribute {name!r}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    return import_module(f"morning.{name}")

"""Vectors per account: the FeatureSet and what computes its blocks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning.features.block import BLOCKS, KINDS, PERSPECTIVES
    from morning.features.featureset import FeatureSet

__all__ = ["BLOCKS", "KINDS", "PERSPECTIVES", "FeatureSet"]

_HOMES = {
    "BLOCKS": "morning.features.block",
    "KINDS": "morning.features.block",
    "PERSPECTIVES": "morning.features.block",
    "FeatureSet": "morning.features.featureset",
}


def __getattr__(name: str) -> Any:
    """Import on first use: what looks at pictures does not depend on tables."""
    if name not in _HOMES:
        raise AttributeError(f"module 'morning.features' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""More than memory or one machine holds.

A step over many shards, here or on a cluster, and vectors on disk that are searched in blocks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning.scale.shards import map_shards

__all__ = ["map_shards"]

_HOMES = {"map_shards": "morning.scale.shards"}


def __getattr__(name: str) -> Any:
    """Import on first use: whoever searches vectors computes no shards."""
    if name not in __all__:
        raise AttributeError(f"module 'morning.scale' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

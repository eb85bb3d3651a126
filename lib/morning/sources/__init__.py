"""Where a Dataset or FeatureSet comes from.

A source is opened on first use: one that needs torch or gensim keeps nobody else waiting.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning.sources import archive, demo, folder, public
    from morning.sources.catalogue import NAMED, check, load
    from morning.sources.source import Source

__all__ = ["NAMED", "Source", "archive", "check", "demo", "folder", "load", "public"]

_HOMES = {
    "NAMED": "morning.sources.catalogue",
    "Source": "morning.sources.source",
    "check": "morning.sources.catalogue",
    "load": "morning.sources.catalogue",
}


def __getattr__(name: str) -> Any:
    """Import on first use."""
    if name not in __all__:
        raise AttributeError(f"module 'morning.sources' has no attribute {name!r}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    return import_module(f"morning.sources.{name}")

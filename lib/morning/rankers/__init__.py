"""Rivals and controls under one contract, MORNING among them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from morning.rankers.contract import MissingInput, Ranker, register
    from morning.rankers.registry import METHODS, PARTS, ROWS, ranker, rankers_for

__all__ = [
    "METHODS",
    "PARTS",
    "ROWS",
    "MissingInput",
    "Ranker",
    "ranker",
    "rankers_for",
    "register",
]

_HOMES = {
    "METHODS": "morning.rankers.registry",
    "PARTS": "morning.rankers.registry",
    "ROWS": "morning.rankers.registry",
    "MissingInput": "morning.rankers.contract",
    "Ranker": "morning.rankers.contract",
    "ranker": "morning.rankers.registry",
    "rankers_for": "morning.rankers.registry",
    "register": "morning.rankers.contract",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that the scores of one ranker do not depend on all the others."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

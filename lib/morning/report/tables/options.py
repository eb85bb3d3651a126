"""Every setting of a training and of the vectors it is given, and where each is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from morning.attributes.embedding import Node2VecOptions
from morning.features.posts import RECENT, AudienceOptions
from morning.features.visual.recognise import VisualOptions
from morning.models.profiles import Profile
from morning.report.tables.style import Shown, in_words

#: Settings that a seed or a machine decides, and no paper.
_OURS = ("seed", "batch_size", "workers", "shard_size", "device")


def options(profiles: Mapping[str, Profile]) -> Shown:
    """Return the settings of profiles side by side; one row per field of their parts."""
    parts = ("model", "objective", "training")
    table = {
        name: dict(row for part in parts for row in _rows(getattr(profile, part)))
        for name, profile in profiles.items()
    }
    return in_words(pd.DataFrame(table).rename_axis("where it is set"))


def inputs() -> Shown:
    """Return the settings of what a training is given: posts, audiences, pictures, walks."""
    kept = (AudienceOptions(), VisualOptions(), Node2VecOptions())
    rows = {
        where: value
        for given in kept
        for where, value in _rows(given)
        if where.partition(".")[2] not in _OURS
    }
    table = pd.DataFrame({"value": {"features.posts.RECENT": str(RECENT), **rows}})
    return in_words(table.rename_axis("where it is set"))


def _rows(given: Any) -> Iterator[tuple[str, str]]:
    """Yield a line per field of a dataclass: where it is set, and its value."""
    for field in fields(given):
        yield f"{type(given).__name__}.{field.name}", _text(getattr(given, field.name))


def _text(value: Any) -> str:
    """Write a value in a line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_text(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)

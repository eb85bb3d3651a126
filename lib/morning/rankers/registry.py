"""Every method by its name in the tables: those of this package, and those of other packages."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from morning.errors import MorningError

# The order of Table III, then the controls that the paper omits.
# isort: off
from morning.rankers import rand, miv, sbr, mir, hptr, catr, camera, morning, best  # noqa: F401
from morning.rankers import popularity, cosine, nearest, ridge, two_tower, category  # noqa: F401

# isort: on
from morning.rankers.contract import REGISTERED, Method, Ranker

log = logging.getLogger(__name__)

#: Entry points of this group name a ranker, or a module that registers some.
GROUP = "morning.rankers"

for _entry in entry_points(group=GROUP):
    try:
        _entry.load()
    except Exception as error:  # whatever a package of other people raises
        log.warning("%s (%s) cannot be loaded: %r", _entry.name, _entry.value, error)

#: Name in the tables -> class and options, in the order of the table.
METHODS: Mapping[str, Method] = MappingProxyType(REGISTERED)
#: The rows of Table III.
ROWS: tuple[str, ...] = tuple(name for name, method in METHODS.items() if not method.part)
#: Parts of some of them: one factor, one block, one assumption changed.
PARTS: tuple[str, ...] = tuple(name for name, method in METHODS.items() if method.part)


def ranker(name: str, **changes: Any) -> Ranker:
    """Return a fresh ranker by its name in the tables, with changed options if any.

    Raises
    ------
    MorningError
        If there is none of that name, or it has no such option.
    """
    if name not in METHODS:
        raise MorningError(f"unknown method {name!r}; known are {', '.join(METHODS)}")
    method = METHODS[name]
    try:
        return method.ranker(replace(method.options, **changes))
    except TypeError as error:
        raise MorningError(f"{name}: {error}") from error


def rankers_for(
    profile: str, names: Sequence[str] = ROWS, *, epochs: int | None = None
) -> list[Ranker]:
    """Return rankers by name, of the sizes that belong to a profile.

    Parameters
    ----------
    profile : str
        MORNING's own; with `quick` the slow rivals are smaller, too.
    names : sequence of str
        Default the rows of Table III.
    epochs : int, optional
        For every one that has them.

    Raises
    ------
    MorningError
        If a name is unknown.
    """
    chosen = []
    for name in names:
        has = {field.name for field in fields(ranker(name).options)}
        changes: dict[str, Any] = dict(METHODS[name].quick) if profile == "quick" else {}
        given = {"profile": profile, "epochs": epochs}
        changes |= {n: value for n, value in given.items() if n in has and value is not None}
        chosen.append(ranker(name, **changes))
    return chosen

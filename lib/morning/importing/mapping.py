"""Layouts that a user describes in a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from morning.errors import MorningError
from morning.guard import content, readable
from morning.importing.layouts import ACCOUNT, POST, Layout

_KEYS = ("post", "account", "posts", "marks")
_MAX_BYTES, _DEEPEST = 1 << 16, 10


def read_mapping(path: Path) -> Layout:
    """Return the layout of a YAML file.

    It has `post` and `account`, each a list of our field and a path in the records, such as
    ``likes: stats.like_count``, or several paths of which the first that holds anything counts.
    `posts` is the path of a list of posts in a record of an account; `marks` are paths that all
    records have, by default those of the identifiers.

    Raises
    ------
    MorningError
        If it is no such file; names what is wrong.
    """
    with readable(path, "YAML"):
        told = _loaded(content(path, most=_MAX_BYTES).decode("utf-8-sig"))
    if not isinstance(told, dict) or not told.keys() & {"post", "account"}:
        raise MorningError(f"{path}: needs `post` or `account`, see the page Your own data")
    if unknown := [str(key) for key in told if key not in _KEYS]:
        raise MorningError(f"{path}: {', '.join(unknown)} is unknown; known are {', '.join(_KEYS)}")
    post = _fields(path, "post", told.get("post"), POST)
    account = _fields(path, "account", told.get("account"), ACCOUNT)
    identifiers = post.get("post_id", ()) if post else account.get("account_id", ())
    marks = _paths(path, told.get("marks")) or identifiers[:1]
    nested = _paths(path, told.get("posts"))
    return Layout(path.name, marks, post, account, "".join(nested[:1]))


def _fields(path: Path, kind: str, told: Any, known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise MorningError(f"{path}: `{kind}` must name fields, such as `account_id: username`")
    needed = ("post_id", "account_id") if kind == "post" else ("account_id",)
    if missing := [name for name in needed if name not in told]:
        raise MorningError(f"{path}: `{kind}` needs {', '.join(missing)}")
    if unknown := [str(name) for name in told if name not in known]:
        rule = f"`{kind}` has no {', '.join(unknown)}; known are {', '.join(known)}"
        raise MorningError(f"{path}: {rule}")
    return {name: _paths(path, places) for name, places in told.items()}


def _loaded(text: str) -> Any:
    """Return what YAML says; an alias, by which few lines become billions, is refused."""
    try:
        depth = 0
        for event in yaml.parse(text, yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:  # the time that reading takes grows with its square
                raise ValueError(f"it is nested more than {_DEEPEST} deep")
            if isinstance(event, yaml.AliasEvent):
                raise ValueError("it has an alias (*); write out what it stands for")
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _paths(path: Path, told: Any) -> tuple[str, ...]:
    found = told if isinstance(told, list) else [] if told is None else [told]
    if not all(isinstance(place, str | int) for place in found):
        raise MorningError(f"{path}: needs paths such as `stats.like_count`, not {told!r:.60}")
    return tuple(map(str, found))

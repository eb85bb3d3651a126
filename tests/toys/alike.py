"""Whether two runs gave the same: every file that counts, and how far numbers are apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from morning.run import Run
from safetensors.numpy import load_file

#: Of a result: how long it took says nothing of what it is.
_TIMES = {"seconds", "duration", "started", "ended", "date"}
#: What a run's own memory and its executed copies hold beside results: times, and places.
_ASIDE = (".doit.json", ".data.json", ".weights.json", ".lock", "notebooks", "provenance")
_PAGES_ASIDE = ("source", "build.log", "_sources", "execution.html", "execution.md", ".buildinfo")
#: Rooms of a run, as a reader calls them.
_KINDS = {"features": "features", "blocks": "features", "prepared": "features"}
_KINDS |= {"attributes": "features", "candidates.parquet": "features"}
_KINDS |= {"model": "models", "best": "models", "compare": "models", "chances.json": "models"}
_KINDS |= {"results": "results", "figures": "results", "parameters.json": "results"}
_KINDS |= {"book": "pages", "explorer.html": "pages"}
KINDS = ("features", "models", "results", "pages")


def digests(run: Path) -> dict[str, str]:
    """Return a digest of every file of a run that counts, by its name in the run."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run)
        if path.is_file() and not _aside(name):
            found[name.as_posix()] = hashlib.sha256(_substance(path, run)).hexdigest()
    return found


def kind(name: str) -> str:
    """Return which of `KINDS` a file is of."""
    return _KINDS.get(name.split("/")[0], "results")


def different(one: Path, other: Path) -> list[str]:
    """Return the files that only one of two runs has, or that differ."""
    ours, theirs = digests(one), digests(other)
    return sorted(name for name, _ in ours.items() ^ theirs.items())


def furthest(one: Path, other: Path, of: str) -> float:
    """Return the largest difference of two numbers in the same place of files of a kind.

    Of features and models it is relative to the largest number of the array; of results, whose
    metrics lie between 0 and 1, it is absolute, ranks apart.
    """
    names = [name for name in different(one, other) if kind(name) == of]
    gaps = [
        abs(a - b) / scale
        for name in names
        if (one / name).is_file() and (other / name).is_file()
        for a, b, scale in _numbers(one / name, other / name)
    ]
    return max(gaps, default=0.0)


def _aside(name: Path) -> bool:
    parts = name.parts
    return parts[0] in _ASIDE or (parts[0] == "book" and bool({*parts} & {*_PAGES_ASIDE}))


def _substance(path: Path, run: Path) -> bytes:
    """Return what of a file counts: without times, and without the name of the run's folder."""
    content = path.read_bytes()
    if path.suffix == ".json" and "book" not in path.relative_to(run).parts:
        value = _timeless(json.loads(content))
        if path == Run(run).parameters:
            value = {name: each for name, each in value.items() if name not in ("run", "data")}
        return json.dumps(value, sort_keys=True).encode()
    if path.suffix in (".html", ".js"):
        return re.sub(rb"(?<=seconds</td>\n<td)>[\d.]+<", b"><", content)
    return content


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(each) for name, each in value.items() if name not in _TIMES}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


def _numbers(one: Path, other: Path) -> Iterator[tuple[float, float, float]]:
    """Yield numbers of the same place in two files, with what their difference is divided by."""
    if one.suffix == ".npy":
        yield from _arrays(np.load(one), np.load(other))
    elif one.suffix == ".safetensors":
        ours, theirs = load_file(one), load_file(other)
        for name in ours.keys() & theirs.keys():
            yield from _arrays(ours[name], theirs[name])
    elif one.suffix == ".json":
        yield from _values(_timeless(json.loads(one.read_text())), json.loads(other.read_text()))


def _arrays(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[float, float, float]]:
    if one.shape != other.shape:
        yield 1.0, 0.0, 1.0
    elif one.size and one.dtype.kind == "f":
        place = np.argmax(np.abs(one.astype(float) - other))
        scale = float(np.abs(one).max()) or 1.0
        yield float(one.flat[place]), float(other.flat[place]), scale


def _values(one: Any, other: Any) -> Iterator[tuple[float, float, float]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() & other.keys():
            yield from _values(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for ours, theirs in zip(one, other, strict=False):
            yield from _values(ours, theirs)
    elif isinstance(one, float) and isinstance(other, float) and abs(one) <= 1 >= abs(other):
        yield one, other, 1.0

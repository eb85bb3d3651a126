"""Whether two runs gave the same: every file that counts, and how far numbers are apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from morning.files import read_json
from morning_book.provenance import digest
from safetensors.numpy import load_file

#: What a run keeps beside results: what it cost, where it lies, pages with times in them.
_ASIDE = ("provenance", "parameters.json")
_PAGES_ASIDE = ("source", "build.log", "_sources", "execution.html", "searchindex.js")
#: Rooms of a run, as a reader calls them.
_FEATURES = ("features", "blocks", "prepared", "attributes", "candidates.parquet")
_MODELS = ("model", "best", "compare", "chances.json")
_PAGES = ("book", "explorer.html")
KINDS = ("features", "models", "results", "pages")


def digests(run: Path) -> dict[str, str]:
    """Return the digest of every file of a run that counts, by its name in the run."""
    names = (path.relative_to(run) for path in sorted(run.rglob("*")) if path.is_file())
    return {name.as_posix(): _digest(run / name) for name in names if not _aside(name)}


def kind(name: str) -> str:
    """Return which of `KINDS` a file is of."""
    room = name.split("/")[0]
    rooms = {"features": _FEATURES, "models": _MODELS, "pages": _PAGES}
    return next((of for of, some in rooms.items() if room in some), "results")


def different(one: Path, other: Path) -> list[str]:
    """Return the files that only one of two runs has, or that differ."""
    ours, theirs = digests(one), digests(other)
    return sorted({name for name, _ in ours.items() ^ theirs.items()})


def furthest(one: Path, other: Path, of: str, without: str = "^$") -> float:
    """Return the largest difference of two numbers in the same place of files of a kind.

    Of arrays it is a share of the largest number; of results, those up to 1 are taken as they are.
    Files whose names have the expression `without` in them are left out.
    """
    names = [n for n in different(one, other) if kind(n) == of and not re.search(without, n)]
    both = [(one / name, other / name) for name in names]
    pairs = [pair for pair in both if pair[0].is_file() and pair[1].is_file()]
    return max((gap for pair in pairs for gap in _gaps(*pair)), default=0.0)


def _digest(path: Path) -> str:
    """Return the digest that records have, of a table without the column of times."""
    if path.suffix != ".csv":
        return digest(path)
    return pd.read_csv(path, dtype=str).drop(columns="seconds", errors="ignore").to_csv()


def _aside(name: Path) -> bool:
    parts = name.parts
    page = parts[0] == "book" and bool({*parts} & {*_PAGES_ASIDE})
    return parts[0].startswith(".") or parts[0] in _ASIDE or page


def _gaps(one: Path, other: Path) -> Iterator[float]:
    """Yield differences of numbers in the same place of two files."""
    if one.suffix == ".npy":
        yield _apart(np.load(one), np.load(other))
    elif one.suffix in (".npz", ".safetensors"):
        read = np.load if one.suffix == ".npz" else load_file
        ours, theirs = read(one), read(other)
        yield from (_apart(ours[name], theirs[name]) for name in {*ours} & {*theirs})
    elif one.suffix == ".json":
        yield from _values(read_json(one), read_json(other))


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    if one.shape != other.shape:
        return 1.0
    if one.dtype.kind != "f" or not one.size:
        return 0.0
    return float(np.abs(one.astype(float) - other).max() / (np.abs(one).max() or 1.0))


def _values(one: Any, other: Any) -> Iterator[float]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in (one.keys() & other.keys()) - {"seconds"}:
            yield from _values(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for ours, theirs in zip(one, other, strict=False):
            yield from _values(ours, theirs)
    elif isinstance(one, float) and isinstance(other, float) and abs(one) <= 1 >= abs(other):
        yield abs(one - other)

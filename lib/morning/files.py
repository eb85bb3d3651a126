"""Files that appear whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from morning.errors import MorningError
from morning.guard import content, readable

_CHUNK = 1 << 20
#: JSON takes some twenty times its size in memory.
_MAX_JSON = 1 << 27


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def git_blob(path: str | Path) -> str:
    """Return the id that git gives to a file's content (SHA-1 over a header and the bytes)."""
    size = os.path.getsize(path)
    digest = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its name once the block has succeeded."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """Yield a temporary folder beside `folder` that takes its name once the block has succeeded.

    A folder that was there before is replaced.

    Raises
    ------
    MorningError
        If there is a file of that name.
    """
    folder = Path(folder).resolve()  # a link keeps its place, what it points to is replaced
    if folder.is_file():
        raise MorningError(f"{folder} is a file: choose another name for the folder, or delete it")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.partial")
    temporary.mkdir()
    try:
        yield temporary
        rename_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def rename_folder(source: Path, folder: Path) -> None:
    """Give `source` the name `folder`, replacing the folder that had it."""
    folder = folder.resolve()
    old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
    if folder.is_dir():
        os.replace(folder, old)
    try:
        os.replace(source, folder)
    except OSError:
        if old.is_dir():
            os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_text(path: str | Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` as indented JSON, whole or not at all; NaN is refused."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def read_json(path: str | Path, kind: type = object) -> Any:
    """Read a JSON file as `write_json` writes them.

    Parameters
    ----------
    path : path
    kind : type
        What it must hold, such as `dict`.

    Raises
    ------
    MorningError
        If there is no such file, it is damaged, too large, or holds something else; numbers that
        are not finite, and text that is no Unicode, are damage.
    """
    with readable(path, "JSON"):
        text = content(path, most=_MAX_JSON).decode("utf-8")
        value = json.loads(text, parse_constant=_finite, parse_float=_finite)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a character raises
        if not isinstance(value, kind):
            raise ValueError(f"it holds a {type(value).__name__}, not a {kind.__name__}")
        return value


def _finite(number: str) -> float:
    """Return a number of JSON; NaN, Infinity and 1e400 are none."""
    if not math.isfinite(value := float(number)):
        raise ValueError(f"{number} is no finite number")
    return value

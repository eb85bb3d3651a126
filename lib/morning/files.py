"""Files that appear whole or not at all, for one writer at a time, and their digests."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from morning.errors import MorningError
from morning.guard import content, readable

_CHUNK = 1 << 20
_LOCK = ".lock"
#: Ending of what is being written, and is deleted where its writer was killed.
PARTIAL = ".partial"
_OLD = ".old"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: What a killed command has started ends within this time.
_ORPHANS_END_S = 1.0
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


def stamp(path: str | Path) -> tuple[int, ...]:
    """Return what differs after any change to a file: size, times in ns, and its number.

    The time of change is among them: unlike that of modification, no program can set it back.
    """
    state = os.stat(path)
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its name once the block has succeeded.

    Raises
    ------
    MorningError
        If the disk is full.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{PARTIAL}")
    with _said_where_full(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """Yield a temporary folder beside `folder` that takes its name once the block has succeeded.

    A folder that was there before is replaced; one that another writes meanwhile stays.

    Raises
    ------
    MorningError
        If there is a file of that name, or the disk is full.
    """
    folder = Path(folder).resolve()  # a link keeps its place, what it points to is replaced
    if folder.is_file():
        raise MorningError(f"{folder} is a file: choose another name for the folder, or delete it")
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}{PARTIAL}")
    before = folder.is_dir()
    with _said_where_full(folder):
        temporary.mkdir(parents=True)
        try:
            yield temporary
            rename_folder(temporary, folder, replace=before)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def rename_folder(source: Path, folder: Path, *, replace: bool = True) -> None:
    """Give `source` the name `folder`; of several that do so at once, one stays.

    Parameters
    ----------
    source, folder : Path
    replace : bool
        Whether a folder that has the name gives way; if not, it stays, and `source` is deleted.
    """
    folder = folder.resolve()
    old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}{_OLD}")
    if replace and folder.is_dir():
        with suppress(FileNotFoundError):  # another has just taken it away
            os.replace(folder, old)
    try:
        os.replace(source, folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            _bring_back(old, folder)
            raise
        shutil.rmtree(source)  # another has just put its own in place
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def held(folder: str | Path) -> Iterator[None]:
    """Keep a folder to this process for as long as the block runs, or the process lives.

    What writers that were killed have left there is put in order first.

    Raises
    ------
    MorningError
        If another process keeps it.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(folder / _LOCK).acquire(timeout=_ORPHANS_END_S)
    except Timeout:
        raise MorningError(
            f"{folder}: another command is at work there; wait until it has ended, or choose "
            "another folder"
        ) from None
    with lock:
        _sweep(folder)
        yield


def explained(error: BaseException) -> str | None:
    """Return what a user can do about an error; None where it is no user's to mend."""
    if _is_full(error):
        return f"no space is left on a disk ({error}); free some and call again"
    return str(error) if isinstance(error, MorningError | OSError) else None


def _is_full(error: BaseException) -> bool:
    """Whether a disk is full; libraries put the system's error into words of theirs."""
    short = isinstance(error, OSError) and error.errno is None and "requested and" in str(error)
    named = any(os.strerror(number) in str(error) for number in _FULL)
    return short or named or getattr(error, "errno", None) in _FULL


def _sweep(folder: Path) -> None:
    for old in folder.rglob(f".*{_OLD}"):
        _bring_back(old, old.with_name(old.name[1:].rsplit(".", 2)[0]))
        shutil.rmtree(old, ignore_errors=True)
    for partial in folder.rglob(f".*{PARTIAL}"):
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def _bring_back(old: Path, folder: Path) -> None:
    if old.is_dir() and not folder.exists():
        os.replace(old, folder)


@contextmanager
def _said_where_full(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(error, MorningError) or not _is_full(error):
            raise
        raise MorningError(
            f"{path}: no space is left on this disk; free some and call again"
        ) from error


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

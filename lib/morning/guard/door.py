"""The one door to files: regular ones, of a sane size, in their folder."""

from __future__ import annotations

import stat
from pathlib import Path

from morning.errors import MorningError

#: No file is read whole that is larger, in bytes.
MAX_BYTES = 1 << 30


def inside(path: Path, root: Path) -> bool:
    """Whether a path leads, through links too, into a folder, which may be a link itself."""
    return path.resolve().is_relative_to(root.resolve())


def is_there(path: str | Path) -> bool:
    """Whether there is a file of a name that others gave: one that no file can have is not."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # too long, or with a zero byte
        return False


def closed(path: str | Path, root: str | Path | None = None, most: int = MAX_BYTES) -> str:
    """Return why a file must not be opened; empty where it may be.

    Devices, pipes and sockets are never opened: reading one may never end.

    Parameters
    ----------
    path : path
    root : path, optional
        Folder that it must lie in, also through links.
    most : int
        Bytes that it may have.
    """
    path = Path(path)
    try:
        if root is not None and not inside(path, Path(root)):
            return "must stay in the folder, also through links"
        found = path.stat()
    except (OSError, ValueError, RuntimeError) as error:  # of loops of links, of zero bytes
        return f"cannot be read ({getattr(error, 'strerror', None) or error})"
    if not stat.S_ISREG(found.st_mode):
        return "must be a regular file"
    if found.st_size > most:
        return f"must have at most {most:,} bytes, not {found.st_size:,}"
    return ""


def require(path: str | Path, root: str | Path | None = None, most: int = MAX_BYTES) -> None:
    """Refuse a file that must not be opened; parameters are those of `closed`.

    Raises
    ------
    MorningError
    """
    if rule := closed(path, root, most):
        raise MorningError(f"{path}: {rule}")


def content(path: str | Path, root: str | Path | None = None, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file; parameters are those of `closed`.

    Raises
    ------
    MorningError
        If it must not be opened.
    OSError
        If it cannot be read.
    """
    require(path, root, most)
    return Path(path).read_bytes()

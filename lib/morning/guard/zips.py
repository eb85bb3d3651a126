"""Zip archives that unpack to more than anybody packs."""

from __future__ import annotations

import zipfile
from pathlib import Path

from morning.guard.door import MAX_BYTES, require

_MOST_MEMBERS = 10_000
#: A larger one that unpacks to more than so many times its size is no data.
_SMALL, _RATIO = 1 << 24, 200


def most_unpacked(packed: int) -> int:
    """Return how many bytes data may unpack to that are `packed` bytes now."""
    return min(MAX_BYTES, max(_SMALL, _RATIO * packed))


def require_sane(path: str | Path) -> None:
    """Refuse an archive that unpacks to more than a file may have, or suspiciously well.

    A member never yields more bytes than it announces: `zipfile` stops there.

    Raises
    ------
    MorningError
        If it must not be opened.
    ValueError, zipfile.BadZipFile
        If it is no archive, or a bomb.
    """
    require(path)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    size, packed = sum(member.file_size for member in members), Path(path).stat().st_size
    if len(members) > _MOST_MEMBERS:
        raise ValueError(f"it has {len(members):,} parts, more than {_MOST_MEMBERS:,}")
    if size > most_unpacked(packed):
        raise ValueError(f"it unpacks from {packed:,} to {size:,} bytes")

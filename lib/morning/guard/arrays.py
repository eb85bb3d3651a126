"""NumPy's files: what a header asks for is held against what the file has, first."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from morning.guard.door import require
from morning.guard.zips import require_sane

#: No file is mapped that is larger, in bytes: only its rows that are asked for take memory.
MAX_MAPPED = 1 << 40
_KINDS = "biufSU"


def read_array(path: str | Path, root: str | Path | None = None) -> np.ndarray:
    """Map a .npy file for reading.

    Parameters
    ----------
    path : path
    root : path, optional
        Folder that it must lie in, also through links.

    Raises
    ------
    MorningError
        If it must not be opened.
    Exception
        One of `DAMAGED`, if it holds anything but an array of numbers or text.
    """
    require(path, root, most=MAX_MAPPED)
    with open(path, "rb") as file:
        _require_sane(file, Path(path).stat().st_size)
    return _text_checked(np.lib.format.open_memmap(path, mode="r"))


def require_arrays(path: str | Path) -> None:
    """Refuse a .npz archive whose arrays are larger than its members, or hold objects.

    Raises
    ------
    MorningError
        If it must not be opened.
    Exception
        One of `DAMAGED`.
    """
    require_sane(path)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as file:
                _require_sane(file, member.file_size)


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read a .npz archive; raises what `require_arrays` raises."""
    require_arrays(path)
    with np.load(path, allow_pickle=False) as stored:
        return {name: _text_checked(stored[name]) for name in stored.files}


def _text_checked(array: np.ndarray) -> np.ndarray:
    """Return an array; ValueError where it is of text with numbers that are no characters."""
    if array.dtype.kind == "U" and array.size:
        codes = np.ascontiguousarray(array).reshape(-1).view(f"{array.dtype.byteorder}u4")
        if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))).any():
            raise ValueError("it holds numbers that are no characters")
    return array


def _require_sane(file: IO[bytes], size: int) -> None:
    """Refuse a header that asks for more than `size` bytes, or for what is no number or text."""
    version = np.lib.format.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"its format is {version}")
    first = version == (1, 0)
    read = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.kind not in _KINDS or dtype.itemsize == 0:
        raise ValueError(f"it holds {dtype}, neither numbers nor text")
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize > size:
        raise ValueError(f"its shape {shape} does not fit into {size:,} bytes")

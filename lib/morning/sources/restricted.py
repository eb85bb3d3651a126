"""Unpickling without execution: only plain containers, strings and numbers come out."""

from __future__ import annotations

import io
import pickle
import pickletools
from pathlib import Path
from typing import Any

from morning.errors import MorningError

_PLAIN = (str, bytes, int, float, bool, type(None))
_MEMO = ("PUT", "BINPUT", "LONG_BINPUT")
_SAFE = {(module, name) for module in ("builtins", "__builtin__") for name in ("set", "frozenset")}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SAFE:
            return super().find_class("builtins", name)
        raise pickle.UnpicklingError(f"it refers to {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to a persistent object")


def load_plain(path: str | Path, max_bytes: int = 128 << 10) -> Any:
    """Read a pickle that holds nothing but lists, tuples, dicts, sets, strings and numbers.

    Raises
    ------
    MorningError
        If the file is larger than `max_bytes`, broken, or holds anything else. The default size
        fits the released files; much larger ones can nest deep enough to crash Python.
    """
    path = Path(path)
    if (size := path.stat().st_size) > max_bytes:
        raise MorningError(f"{path.name}: {size} bytes, more than the {max_bytes} that are read")
    try:
        data = path.read_bytes()
        _require_small_memo(data)
        value = _PlainUnpickler(io.BytesIO(data)).load()
    except Exception as error:  # a broken pickle can raise nearly anything
        raise MorningError(f"{path.name}: refused to unpickle it: {error}") from error
    _require_plain(value, path.name)
    return value


def _require_small_memo(data: bytes) -> None:
    """Refuse an index that would make the unpickler reserve gigabytes for its memo."""
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in _MEMO and int(argument or 0) > len(data):
            raise pickle.UnpicklingError("its memo is larger than the file")


def _require_plain(value: Any, name: str) -> None:
    pending, seen = [value], set()
    while pending:
        item = pending.pop()
        if isinstance(item, _PLAIN) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            pending += item
        else:
            raise MorningError(f"{name}: refused, it holds a {type(item).__name__}")

"""Unpickling without execution: only plain containers, strings and numbers come out."""

from __future__ import annotations

import io
import pickle
import pickletools
from pathlib import Path
from typing import Any

from morning.errors import MorningError
from morning.guard import require

_PLAIN = (str, bytes, int, float, bool, type(None))
_MEMO = ("PUT", "BINPUT", "LONG_BINPUT")
_TUPLE = ("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3")
_MAX_TUPLES = 10_000
_SAFE = {(module, name) for module in ("builtins", "__builtin__") for name in ("set", "frozenset")}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SAFE:
            return super().find_class("builtins", name)
        raise pickle.UnpicklingError(f"it refers to {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to a persistent object")


def load_plain(path: str | Path, max_bytes: int = 1 << 20) -> Any:
    """Read a pickle that holds nothing but lists, tuples, dicts, sets, strings and numbers.

    Raises
    ------
    MorningError
        If the file is larger than `max_bytes`, broken, or holds anything else.
    """
    path = Path(path)
    require(path)
    if (size := path.stat().st_size) > max_bytes:
        raise MorningError(f"{path.name}: {size} bytes, more than the {max_bytes} that are read")
    try:
        data = path.read_bytes()
        _require_harmless(data)
        value = _PlainUnpickler(io.BytesIO(data)).load()
    except Exception as error:  # a broken pickle can raise nearly anything
        raise MorningError(f"{path.name}: refused to unpickle it: {error}") from error
    _require_plain(value, path.name)
    return value


def _require_harmless(data: bytes) -> None:
    """Refuse what would make the unpickler itself take gigabytes, or crash Python."""
    tuples = 0
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in _MEMO and int(argument or 0) > len(data):
            raise pickle.UnpicklingError("its memo is larger than the file")
        tuples += opcode.name in _TUPLE
    if tuples > _MAX_TUPLES:  # nested in one another, hashing them overflows the stack
        raise pickle.UnpicklingError(f"it holds more than {_MAX_TUPLES} tuples")


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

"""Options from JSON: each value of the type that its field has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")
#: Largest number of single precision.
_LARGEST = float.fromhex("0x1.fffffep+127")


def options(kind: type[T], record: Mapping[str, Any]) -> T:
    """Return options of a dataclass from what JSON kept of them.

    Parameters
    ----------
    kind : type
        A dataclass whose fields all have defaults.
    record : mapping of str to object
        Lists stand for tuples; a field that is not there keeps its default.

    Raises
    ------
    TypeError
        If a value is of another type than the default, or the field is unknown.
    ValueError
        If a number is not finite in single precision, in which networks compute.
    MorningError
        If the dataclass refuses the values.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    values = {}
    for name, value in record.items():
        field = known[name]
        made = field.default if field.default_factory is MISSING else field.default_factory()
        absent = value is None and "None" in str(field.type)
        values[name] = None if absent else _alike(name, value, made)
    return kind(**values)


def _alike(name: str, value: Any, default: Any) -> Any:
    """Return a value as its default is: a tuple, a mapping, or a plain one."""
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        return tuple(_alike(name, each, default[0]) for each in value)
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        first = next(iter(default.values()))
        return {str(key): _alike(name, each, first) for key, each in value.items()}
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise TypeError(f"{name} is {value!r:.60}, no {type(default).__name__}")
    if isinstance(value, float) and not abs(value) <= _LARGEST:
        raise ValueError(f"{name} is {value}")
    return value

"""What a damaged file makes readers raise, turned into a sentence once."""

from __future__ import annotations

import lzma
import pickle
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from morning.errors import ContractError, MorningError

#: What readers of files raise over a damaged one, or one of another form. Not in it is what only
#: a mistake in the code raises, such as AssertionError, ImportError and NameError.
DAMAGED: tuple[type[Exception], ...] = (
    *(OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError),
    *(MemoryError, RuntimeError, SyntaxError, SafetensorError, pickle.UnpicklingError),
    *(lzma.LZMAError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
#: The same, and what our own readers say of it: for a caller that can do without the file.
REFUSED: tuple[type[Exception], ...] = (MorningError, *DAMAGED)
_LONGEST = 200


@contextmanager
def readable(path: str | Path, kind: str = "", remedy: str = "") -> Iterator[None]:
    """Turn what a damaged file makes the block raise into a MorningError that names it.

    Parameters
    ----------
    path : path
        Named in the error.
    kind : str
        What it should be, such as "JSON" or "a trained model".
    remedy : str
        What to do, such as "make the run again".

    Raises
    ------
    MorningError
    """
    todo = f"; {remedy}" if remedy else ""
    try:
        yield
    except ContractError:
        raise
    except MorningError as error:
        told = str(error) if str(path) in str(error) else f"{path}: {error}"
        raise MorningError(told if remedy in told else told + todo) from error
    except DAMAGED as error:
        read = f"cannot be read as {kind}" if kind else "cannot be read"
        raise MorningError(f"{path}: {read} ({reason(error)}){todo}") from error


def reason(error: BaseException) -> str:
    """Return what an error says in one line, without characters that steer a terminal."""
    if isinstance(error, KeyError):
        return f"{str(error)[:_LONGEST]} is missing"
    line = next(iter(str(error).splitlines()), "")[:_LONGEST] or type(error).__name__
    return "".join(c if c.isprintable() else "�" for c in line)

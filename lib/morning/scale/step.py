"""A step over one shard, as every engine computes it: bytes that do not depend on where."""

from __future__ import annotations

import hashlib
import inspect
import sys
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from threadpoolctl import threadpool_limits

from morning.code import code_of
from morning.errors import MorningError


class Step(Protocol):
    """A pure function of a batch of rows, that can be pickled.

    What else decides its result, such as the digest of a model, is said by an attribute `key`, if
    it has one.
    """

    def __call__(self, batch: pa.Table, /) -> pa.Table:
        """Return the result for a batch."""


def computed(fn: Step, shard: pa.Table) -> pa.Buffer:
    """Return the result of a step as bytes, computed on one thread.

    Workers share the cores, and numbers that several threads add may depend on how many they are.
    """
    with threadpool_limits(1):
        if (torch := sys.modules.get("torch")) is None:
            return written(fn(shard))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return written(fn(shard))
        finally:
            torch.set_num_threads(threads)


def written(table: pa.Table) -> pa.Buffer:
    """Return a table as bytes, equal ones for equal rows however they are cut into chunks."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue()


def read_table(content: pa.Buffer) -> pa.Table:
    """Return the table that `written` made bytes of; nothing is copied.

    Raises
    ------
    ValueError
        If they are damaged.
    """
    table = pa.ipc.open_file(content).read_all()
    table.validate(full=True)
    return table


def code_behind(fn: Step) -> str:
    """Return a digest of the code of a step.

    Raises
    ------
    MorningError
        If it is not found: workers could not import it, either.
    """
    home: Any = inspect.getmodule(fn if inspect.isfunction(fn) else type(fn))
    if home is None or home.__name__ == "__main__" or not getattr(home, "__file__", None):
        raise MorningError("a step must be defined in a module, or workers do not find it")
    try:
        return code_of(home.__name__)
    except ValueError:  # of another package
        return hashlib.sha256(Path(home.__file__).read_bytes()).hexdigest()

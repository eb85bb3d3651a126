"""One function over many shards: in processes here or on a cluster, each result computed once.

A shard is a batch of rows that one worker holds at a time, an Arrow table. A step is a pure
function of a shard. What is known by its content is not computed again, so that a call that was
killed goes on where it was, and whoever computes a shard gets the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from morning.files import whole_file
from morning.guard import REFUSED, reason, require
from morning.scale.engines import Engine, compute
from morning.scale.step import Step, code_behind, read_table, written

log = logging.getLogger(__name__)

_SUFFIX = ".arrow"


def map_shards(
    fn: Step,
    shards: Iterable[pa.Table],
    engine: Engine | str = "local",
    address: str | None = None,
    *,
    workers: int | None = None,
    folder: str | Path | None = None,
    what: str = "",
) -> Iterator[pa.Table]:
    """Yield the result of a step for every shard, in their order.

    Parameters
    ----------
    fn : Step
        A function or a frozen dataclass with `__call__`, that can be pickled, and whose result
        depends on its argument, on its code and, if it has one, on its `key` alone.
    shards : iterable of Table
        Read as they are needed, a few ahead: all of them need not fit memory.
    engine : "local", "ray" or Engine
        In processes of this machine, or by Ray Data (extra `ray`).
    address : str, optional
        Of a Ray cluster, such as `ray://HOST:10001`; without, Ray is started here.
    workers : int, optional
        Shards at a time; by default one per CPU.
    folder : path, optional
        Where results are kept, and found again by the content of the shard, the key and the code
        of the step. Without, nothing is kept, and what is ready before its turn waits in memory.
    what : str
        What the progress bar calls it; empty: there is none.

    Raises
    ------
    MorningError
        If Ray is not installed or cannot be reached, or a worker dies of a shard again and again.
        What a step raises is raised, by Ray as a MorningError with its text.
    """
    if isinstance(engine, str):
        engine = Engine(engine, address, workers)
    kept = _Kept.of(fn, Path(folder)) if folder is not None else None
    with tqdm(desc=what, unit="shard", leave=False, disable=not what) as bar:
        for table in _in_order(fn, shards, engine, kept):
            bar.update()
            yield table


def sharded(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    """Yield so many rows of a table at a time."""
    for start in range(0, len(table), rows):
        yield table.slice(start, rows)


def _in_order(
    fn: Step, shards: Iterable[pa.Table], engine: Engine, kept: _Kept | None
) -> Iterator[pa.Table]:
    """Yield results; those that are kept already take part in the order alone."""
    ready: dict[int, Path | pa.Buffer] = {}
    due = read = 0

    def lacking() -> Iterator[tuple[int, pa.Table]]:
        nonlocal read
        for number, shard in enumerate(shards):
            read = number + 1
            if kept is not None and (path := kept.find(number, shard)):
                ready[number] = path
            else:
                yield number, shard

    for number, content in compute(fn, lacking(), engine):
        ready[number] = content if kept is None else kept.keep(number, content)
        while due in ready:
            yield _opened(ready.pop(due))
            due += 1
    for number in range(due, read):
        yield _opened(ready.pop(number))


def _opened(result: Path | pa.Buffer) -> pa.Table:
    if not isinstance(result, Path):
        return read_table(result)
    with pa.memory_map(str(result)) as mapped:
        return read_table(mapped.read_buffer())


@dataclass
class _Kept:
    """Results in a folder, by what decides them."""

    folder: Path
    prefix: bytes
    paths: dict[int, Path]

    @classmethod
    def of(cls, fn: Step, folder: Path) -> _Kept:
        name = getattr(fn, "__qualname__", type(fn).__qualname__)
        prefix = f"{code_behind(fn)} {name} {getattr(fn, 'key', '')}"
        return cls(folder, hashlib.sha256(prefix.encode()).digest(), {})

    def find(self, number: int, shard: pa.Table) -> Path | None:
        """Return where the result for a shard is; None where there is none that can be read."""
        digest = hashlib.sha256(self.prefix)
        digest.update(written(shard))
        name = digest.hexdigest()
        path = self.folder / name[:2] / f"{name}{_SUFFIX}"
        if path.is_file():
            try:
                require(path, self.folder)
                _opened(path)
                return path
            except REFUSED as error:
                log.warning("%s: damaged, it is computed again (%s)", path, reason(error))
        self.paths[number] = path
        return None

    def keep(self, number: int, content: pa.Buffer) -> Path:
        """Write a result."""
        path = self.paths.pop(number)
        with whole_file(path) as temporary:
            temporary.write_bytes(content)
        return path

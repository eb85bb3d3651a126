"""Where shards are computed: in processes of this machine, or by Ray Data on a cluster."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeAlias

import pyarrow as pa

from morning.errors import MorningError
from morning.learning.workers import pool
from morning.scale.step import Step, code_behind, computed

#: Environment variable that chooses the engine of a run: local, ray, or a cluster's address.
ENGINE = "MORNING_ENGINE"
NAMES = ("local", "ray")

_TRIES = 3
#: Bytes of shards that are given to a cluster at a time.
_WINDOW_BYTES = 1 << 30
#: Bytes that shards and results may take of a Ray that is started here.
_STORE_BYTES = 1 << 30
_SHARD = "__shard__"

Numbered: TypeAlias = Iterator[tuple[int, pa.Table]]
Results: TypeAlias = Iterator[tuple[int, pa.Buffer]]


@dataclass(frozen=True)
class Engine:
    """Where, and how many at a time; it changes no result.

    Attributes
    ----------
    name : "local" or "ray"
    address : str, optional
        Of a Ray cluster; None: Ray is started here.
    workers : int, optional
        Shards at a time; None: one per CPU.
    """

    name: str = "local"
    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise MorningError(f"engine {self.name!r} is not one of {', '.join(NAMES)}")
        if self.address is not None and self.name != "ray":
            raise MorningError("an address is that of a Ray cluster: engine must be ray")
        if self.workers is not None and self.workers < 1:
            raise MorningError("there must be one worker at least")

    @classmethod
    def read(cls, text: str) -> Engine:
        """Return the engine of a text: a name, or the address of a Ray cluster.

        Raises
        ------
        MorningError
            If it is neither.
        """
        if text in ("", *NAMES):
            return cls(text or NAMES[0])
        if ":" not in text:
            raise MorningError(
                f"{text!r} is neither {', '.join(NAMES)} nor the address of a Ray cluster, such "
                "as ray://HOST:10001"
            )
        return cls("ray", text)

    @classmethod
    def choose(cls, text: str) -> None:
        """Have this process, and those that it starts, compute where a text says; see `read`."""
        if cls.read(text) != cls():
            os.environ[ENGINE] = text

    @classmethod
    def chosen(cls) -> Engine:
        """Return the engine that `ENGINE` names."""
        return cls.read(os.environ.get(ENGINE, ""))


def compute(fn: Step, shards: Numbered, engine: Engine) -> Results:
    """Yield the results for numbered shards as they come."""
    return (_on_cluster if engine.name == "ray" else _here)(fn, shards, engine)


def _here(fn: Step, shards: Numbered, engine: Engine) -> Results:
    """Compute in processes, or in this one where there is but one shard."""
    first = list(islice(shards, 2))
    if len(first) < 2 or engine.workers == 1:
        for number, shard in chain(first, shards):
            yield number, computed(fn, shard)
        return
    waiting = chain(first, shards)
    kept = _kept.get()
    lanes = kept or _Lanes()
    running: dict[Future[bytes], tuple[int, int, pa.Table]] = {}
    deaths: Counter[int] = Counter()

    def start(lane: int, number: int, shard: pa.Table) -> None:
        running[lanes.submit(lane, fn, shard)] = lane, number, shard

    try:
        workers = engine.workers or os.cpu_count() or 1
        for lane, (number, shard) in zip(range(workers), waiting, strict=False):
            start(lane, number, shard)
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                lane, number, shard = running.pop(future)
                try:
                    yield number, pa.py_buffer(future.result())
                except BrokenProcessPool:
                    deaths[number] += 1
                    if deaths[number] == _TRIES:
                        raise _died(number) from None
                    start(lane, number, shard)
                else:
                    if (following := next(waiting, None)) is not None:
                        start(lane, *following)
    finally:
        for future in running:
            future.cancel()
        if kept is None:
            lanes.close()


class _Lanes:
    """Workers, each a pool of its own: one that dies takes no other with it."""

    def __init__(self) -> None:
        self.pools: dict[int, ProcessPoolExecutor] = {}

    def submit(self, lane: int, fn: Step, shard: pa.Table) -> Future[bytes]:
        """Have a worker compute a shard; one that has died is replaced."""
        try:
            if lane in self.pools:
                return self.pools[lane].submit(_result, fn, shard)
        except BrokenProcessPool:
            pass
        self.pools[lane] = pool(1)
        return self.pools[lane].submit(_result, fn, shard)

    def close(self) -> None:
        """End them."""
        for processes in self.pools.values():
            processes.shutdown(wait=False, cancel_futures=True)


_kept: ContextVar[_Lanes | None] = ContextVar("workers", default=None)


@contextmanager
def workers_kept() -> Iterator[None]:
    """Let the local workers of one call serve the next, since they take seconds to start."""
    lanes = _Lanes()
    token = _kept.set(lanes)
    try:
        yield
    finally:
        _kept.reset(token)
        lanes.close()


def _on_cluster(fn: Step, shards: Numbered, engine: Engine) -> Results:
    """Compute with Ray Data; a window of shards is out at a time."""
    ray = _started(engine)
    workers = engine.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    for window in _windows(shards):
        tables = [
            table.append_column(_SHARD, pa.array([number] * len(table), pa.int64()))
            for number, table in window
            if len(table)
        ]
        empty = [(number, table) for number, table in window if not len(table)]
        yield from ((number, computed(fn, table)) for number, table in empty)
        if tables:
            yield from _mapped(ray, fn, tables, min(workers, len(tables)))


def _mapped(ray: Any, fn: Step, tables: list[pa.Table], workers: int) -> Results:
    """Yield what a pool of actors makes of tables, each of one shard."""
    results = ray.data.from_arrow(tables).map_batches(
        _Worker,
        fn_constructor_args=(fn, code_behind(fn)),
        batch_size=None,
        batch_format="pyarrow",
        zero_copy_batch=True,
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=1,
    )
    try:
        for batch in results.iter_batches(batch_size=None, batch_format="pyarrow"):
            for number, content, error in zip(*batch.columns, strict=True):
                if error.is_valid:
                    raise MorningError(f"shard {number}: {error}")
                yield number.as_py(), content.as_buffer()
    except ray.exceptions.RayError as error:
        raise MorningError(f"Ray gave up: {_cause(error)}") from error


class _Worker:
    """Computes shards on a machine of the cluster."""

    def __init__(self, fn: Step, code: str) -> None:
        self.fn = fn
        self.same = code_behind(fn) == code

    def __call__(self, batch: pa.Table) -> pa.Table:
        number, error = batch[_SHARD][0].as_py(), None
        content = b""
        try:
            if not self.same:
                raise MorningError("this machine of the cluster has another version of morning")
            content = _result(self.fn, batch.drop_columns([_SHARD]))
        except Exception as failed:  # told to whoever asked, not to Ray, which would try again
            error = f"{type(failed).__name__}: {failed}"
        return pa.table(
            {
                _SHARD: pa.array([number], pa.int64()),
                "content": pa.array([content], pa.large_binary()),
                "error": pa.array([error], pa.string()),
            }
        )


def _started(engine: Engine) -> Any:
    """Return Ray, connected.

    Raises
    ------
    MorningError
        If it is not installed, or there is no cluster at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anyone
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # steps may take a GPU
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MorningError(f"{error.name} is missing: pip install 'morning[ray]'") from None
    if not ray.is_initialized():
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if engine.address is None:
            options |= {"num_cpus": engine.workers, "include_dashboard": False}
            options |= {"object_store_memory": _STORE_BYTES}
        try:
            ray.init(engine.address, **options)
        except (ConnectionError, TimeoutError, ValueError, RuntimeError) as error:
            where = engine.address or "this machine"
            raise MorningError(f"{where}: Ray cannot be reached: {error}") from None
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = None  # a shard is computed as a whole
    return ray


def _windows(shards: Numbered) -> Iterator[list[tuple[int, pa.Table]]]:
    """Yield shards in lists that are not larger together than a window."""
    window: list[tuple[int, pa.Table]] = []
    size = 0
    for number, table in shards:
        if window and size + table.nbytes > _WINDOW_BYTES:
            yield window
            window, size = [], 0
        window.append((number, table))
        size += table.nbytes
    if window:
        yield window


def _result(fn: Step, shard: pa.Table) -> bytes:
    return computed(fn, shard).to_pybytes()  # type: ignore[no-any-return]


def _cause(error: BaseException) -> BaseException:
    """Return what began it."""
    while (cause := getattr(error, "cause", None) or error.__cause__) is not None:
        error = cause
    return error


def _died(number: int) -> MorningError:
    return MorningError(
        f"a worker died of shard {number} {_TRIES} times, most likely for want of memory; take "
        "smaller shards, or fewer workers"
    )

"""From a thousand influencers to a million, measured; kept for a page of the book.

    python -m benchmarks.scale [posts|vectors|candidates|service|shards …]

Without names everything is measured, which takes two hours and 30 GB below TMPDIR; what is
measured is written to `book/results/scale.json` as soon as it is there, beside what was before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
from morning.features.documents import _Words
from morning.features.text import SHARD
from morning.files import read_json, write_json
from morning.scale.engines import Engine
from morning.scale.shards import map_shards, sharded
from morning.scale.step import computed
from morning_book.beyond import Cluster, simulate
from morning_book.scale import SCALE

from benchmarks import candidates, posts, service, vectors
from benchmarks.__main__ import machine

SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: Rows and width of candidates: the paper's width, and so many rows as the disk has room for.
POOLS = (*((rows, candidates.WIDTH) for rows in SIZES[1:]), (10_000_000, 256))
_SHARDS = 24


def of_posts() -> list[dict[str, Any]]:
    """Influencers added from folders of Parquet."""
    with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
        return [posts.measured(size, Path(base)) for size in SIZES]


def of_vectors() -> list[dict[str, Any]]:
    """Load a FeatureSet, and rank for a brand without an index."""
    return [vectors.measured(size, "public") for size in SIZES]


def of_candidates() -> list[dict[str, Any]]:
    """Candidates on disk: searched exactly and by an index."""
    return [candidates.row(*pool) for pool in POOLS]


def of_service() -> dict[str, Any]:
    """Fifty clients for a minute."""
    return service.measured()


def of_shards() -> dict[str, Any]:
    """Return seconds of shards of captions one by one, and of all of them by two workers.

    With what the simulation says of the latter.
    """
    with TemporaryDirectory() as base:
        posts.run_of(Path(base))
        text = pd.read_parquet(Path(base) / "captions.parquet")["caption"]
    table = pa.table({"text": text.sample(_SHARDS * SHARD, replace=True, random_state=0)})
    table = table.append_column("language", pa.nulls(len(table), pa.string()))
    step, seconds = _Words(False), []
    computed(step, table.slice(0, 100))
    for shard in sharded(table, SHARD):
        start = time.perf_counter()
        computed(step, shard)
        seconds.append(time.perf_counter() - start)
    workers, took = 2, []
    for shards in (2, _SHARDS):  # the first pays for little but the start
        start = time.perf_counter()
        every = sharded(table.slice(0, shards * SHARD), SHARD)
        for _ in map_shards(step, every, Engine(workers=workers)):
            pass
        took.append(time.perf_counter() - start)
    begun = max(0.0, took[0] - max(seconds[:2]))
    quiet = Cluster(workers, straggling=0, hours_between_deaths=float("inf"), start_s=begun)
    said = simulate(seconds, _SHARDS, quiet)["seconds"]
    return {
        "captions": SHARD,
        "seconds": seconds,
        "check": {"workers": workers, "start_s": begun, "measured": took[1], "simulated": said},
    }


PARTS: dict[str, Callable[[], Any]] = {
    "posts": of_posts,
    "vectors": of_vectors,
    "candidates": of_candidates,
    "service": of_service,
    "shards": of_shards,
}


def main(names: list[str]) -> None:
    """Measure, and keep what was measured."""
    for name in names or PARTS:
        found = PARTS[name]()
        kept = read_json(SCALE) if SCALE.is_file() else {}
        write_json(SCALE, kept | {"machine": machine(), name: found})
        print(name, found, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""From a thousand influencers to a million, measured; kept for a page of the book.

    python -m benchmarks.scale [text|posts|vectors|candidates|service|shards …]

Without names everything is measured, which takes two hours and 30 GB below TMPDIR; what is
measured is written to `book/results/scale.json` as soon as it is there, beside what was before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
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
from morning.scale.step import Step
from morning_book.beyond import Cluster, simulate
from morning_book.scale import SCALE

SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: Rows and width of candidates: the paper's width, and so many rows as the disk has room for.
POOLS = (*((rows, 1536) for rows in SIZES[1:]), (10_000_000, 256))
_SHARDS = 24


@dataclass(frozen=True)
class Timed:
    """A step that tells how long another takes."""

    step: Step

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the seconds, one number."""
        start = time.perf_counter()
        self.step(batch)
        return pa.table({"seconds": [time.perf_counter() - start]})


def of_posts() -> Iterator[dict[str, Any]]:
    """Influencers added from folders of Parquet."""
    from benchmarks import posts

    with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
        for size in SIZES:
            yield posts.measured(size, Path(base))


def of_text() -> dict[str, float]:
    """Return bytes of a post in Parquet and letters of its caption, no caption twice."""
    from benchmarks import posts

    with TemporaryDirectory() as base:
        posts.run_of(Path(base))
        text = pd.read_parquet(Path(base) / "captions.parquet")
        text = text.sample(100_000, replace=True, random_state=0, ignore_index=True)
        numbers = text.index.astype(str)
        text["caption"] = text["caption"] + " " + numbers
        posts.write(Path(base) / "big", len(text) // posts.POSTS, text, ["none"])
        (path,) = (Path(base) / "big" / "posts").iterdir()
        made = pd.read_parquet(path).head(len(text)).assign(caption=text["caption"])
        made.to_parquet(path)
        return {
            "post_bytes": path.stat().st_size / len(made),
            "letters": float(text["caption"].str.len().mean()),
        }


def of_vectors() -> Iterator[dict[str, Any]]:
    """Load a FeatureSet, and rank for a brand without an index."""
    from benchmarks import vectors

    for size in SIZES:
        yield vectors.measured(size, "public")


def of_candidates() -> Iterator[dict[str, Any]]:
    """Candidates on disk: searched exactly and by an index."""
    from benchmarks import candidates

    for pool in POOLS:
        yield candidates.row(*pool)


def of_service() -> dict[str, Any]:
    """Fifty clients for a minute."""
    from benchmarks import service

    return service.measured()


def of_shards() -> dict[str, Any]:
    """Return seconds of shards of captions, with all cores at work, and what a simulation says.

    The workers' seconds are those of one call; another, which is only timed from outside, is
    what the simulation is compared with.
    """
    from benchmarks import posts

    with TemporaryDirectory() as base:
        posts.run_of(Path(base))
        text = pd.read_parquet(Path(base) / "captions.parquet")["caption"]
    table = pa.table({"text": text.sample(_SHARDS * SHARD, replace=True, random_state=0)})
    table = table.append_column("language", pa.nulls(len(table), pa.string()))
    step, workers = _Words(False), 2

    def told(step: Step, shards: int) -> tuple[list[pa.Table], float]:
        start = time.perf_counter()
        every = sharded(table.slice(0, shards * SHARD), SHARD)
        found = list(map_shards(step, every, Engine(workers=workers)))
        return found, time.perf_counter() - start

    seconds = [each["seconds"][0].as_py() for each in told(Timed(step), _SHARDS)[0]]
    first, took = told(Timed(step), workers)
    begun = took - max(each["seconds"][0].as_py() for each in first)
    quiet = Cluster(workers, straggling=0, hours_between_deaths=float("inf"), start_s=begun)
    return {
        "captions": SHARD,
        "seconds": seconds,
        "check": {
            "workers": workers,
            "start_s": begun,
            "measured": told(step, _SHARDS)[1],
            "simulated": simulate(seconds, _SHARDS, quiet)["seconds"],
        },
    }


PARTS: dict[str, Callable[[], Any]] = {
    "text": of_text,
    "posts": of_posts,
    "vectors": of_vectors,
    "candidates": of_candidates,
    "service": of_service,
    "shards": of_shards,
}


def main(names: list[str]) -> None:
    """Measure, and keep what was measured."""
    from benchmarks.__main__ import machine

    for name in names or PARTS:
        found = PARTS[name]()
        for known in [found] if isinstance(found, dict) else accumulate([row] for row in found):
            kept = read_json(SCALE) if SCALE.is_file() else {}
            write_json(SCALE, kept | {"machine": machine(), name: known})
            print(name, known, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

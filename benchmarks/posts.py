"""Influencers added from folders of Parquet: what it takes, and how it grows.

    python -m benchmarks.posts [ACCOUNTS]

Each has ten posts and an audience of five, which has two; captions and biographies are those of
a generated world, and so is the run that they are added to. Pictures have none of them.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.growth import peak_mb

POSTS, MEMBERS, SHOWN = 10, 5, 2
_ROWS = 100_000  # of a row group
_FILE = 1_000_000  # of a file


def write(folder: Path, accounts: int, text: pd.DataFrame, biographies: list[str]) -> None:
    """Write so many influencers and as many audience accounts, a row group at a time."""
    rng = np.random.default_rng(0)

    def people(first: int, rows: int) -> dict[str, Any]:
        numbers = np.arange(first, first + rows)
        own = numbers < accounts
        names = [f"i{n}" if o else f"f{n - accounts}" for n, o in zip(numbers, own, strict=True)]
        return {
            "account_id": names,
            "role": np.where(own, "influencer", "audience"),
            "biography": rng.choice(biographies, rows),
            "followers": rng.integers(1_000, 100_000, rows),
        }

    def posts(first: int, rows: int) -> dict[str, Any]:
        numbers = np.arange(first, first + rows)
        own = numbers < accounts * POSTS
        author = np.where(own, numbers // POSTS, (numbers - accounts * POSTS) // SHOWN)
        names = [f"{'i' if o else 'f'}{a}" for a, o in zip(author, own, strict=True)]
        return {
            "post_id": [f"p{n}" for n in numbers],
            "account_id": names,
            "caption": rng.choice(text["caption"], rows),
            "likes": rng.integers(0, 5_000, rows),
            "comments": rng.integers(0, 300, rows),
            "posted_at": rng.integers(1_600_000_000, 1_700_000_000, rows).astype("datetime64[s]"),
        }

    def pairs(first: int, rows: int) -> dict[str, Any]:
        numbers = np.arange(first, first + rows)
        fans = (numbers // MEMBERS + 7919 * (numbers % MEMBERS)) % accounts
        return {
            "account_id": [f"i{n // MEMBERS}" for n in numbers],
            "audience_id": [f"f{n}" for n in fans],
        }

    _write(folder / "accounts", 2 * accounts, people)
    _write(folder / "posts", accounts * (POSTS + SHOWN), posts)
    _write(folder / "audiences", accounts * MEMBERS, pairs)


def _write(folder: Path, rows: int, make: Any) -> None:
    folder.mkdir(parents=True)
    for file in range(0, rows, _FILE):
        with pq.ParquetWriter(
            folder / f"{file // _FILE:05}.parquet", pa.table(make(0, 1)).schema
        ) as writer:
            for first in range(file, min(file + _FILE, rows), _ROWS):
                writer.write_table(
                    pa.table(make(first, min(_ROWS, file + _FILE - first, rows - first)))
                )


def run_of(folder: Path) -> None:
    """Make the run that influencers are added to, and keep the texts of its world."""
    from benchmarks import worlds

    dataset, _ = worlds.run_of(0, folder, visual="none")
    dataset.posts[["caption"]].to_parquet(folder / "captions.parquet")
    dataset.accounts[["biography"]].dropna().to_parquet(folder / "biographies.parquet")


def add(base: Path) -> dict[str, Any]:
    """Add the folder, and say what it took, in time and in processors' time."""
    from morning.recommend.recommender import Recommender
    from morning.sources.partitioned import parts

    ours = Recommender.load(base / "run")
    start, begun = time.perf_counter(), time.process_time()
    after, notes = ours.add(parts(base / "big", ours.encoder.audience, base / "run"))
    taken = time.perf_counter() - start
    peak, driver = peak_mb(), time.process_time() - begun
    time.sleep(3)  # until workers have ended, and their time is known
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    brand = after.test_brands()[0]
    start = time.perf_counter()
    after.rank(brand)
    return {
        "seconds": taken,
        "driver_seconds": driver,
        "workers_seconds": workers.ru_utime + workers.ru_stime,
        "peak_mb": peak,
        "batches": len(after.added.batches) if after.added else 0,
        "first_rank_seconds": time.perf_counter() - start,
        "notes": notes,
    }


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def measured(accounts: int, base: Path) -> dict[str, Any]:
    """Return what it takes, in a process of its own."""
    if not (base / "run").is_dir():
        run_of(base)
    for name in ("big", "data", "run/added"):
        shutil.rmtree(base / name, ignore_errors=True)
    biographies = pd.read_parquet(base / "biographies.parquet")["biography"].tolist()
    write(base / "big", accounts, pd.read_parquet(base / "captions.parquet"), biographies)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.posts", "add", str(base)],
        env=os.environ | {"MORNING_DATA": str(base / "data")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {
        "accounts": accounts,
        "posts": accounts * (POSTS + SHOWN),
        "captions": accounts * (POSTS + MEMBERS * SHOWN),
        "folder_mb": _megabytes(base / "big"),
        "added_mb": _megabytes(base / "run/added"),
        "cache_mb": _megabytes(base / "data"),
    } | json.loads(done.stdout)


def main() -> None:
    """Measure, or do one of its steps."""
    match sys.argv[1:]:
        case ["add", base]:
            print(json.dumps(add(Path(base))))
        case [*words]:
            with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
                print(json.dumps(measured(int((*words, "10000")[0]), Path(base)), indent=1))


if __name__ == "__main__":
    main()

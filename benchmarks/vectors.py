"""A FeatureSet of a million influencers: what loading it and ranking for a brand take.

    python -m benchmarks.vectors [ROWS [public|paper]]

The sizes of blocks are those that were released, or all of the paper's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from morning.features import FeatureSet
from morning.files import sha256, write_json
from morning.models.best import Best
from morning.recommend.pool import Computed, Part

from benchmarks import made

ROWS, K = 1_000_000, 20
SIZES = {"public": made.PUBLIC, "paper": made.PAPER}
_BLOCK = 10_000


def write(folder: Path, rows: int, small: FeatureSet) -> None:
    """Write the accounts of a small set and so many more influencers, drawn from its rows."""
    n, ids = len(small), [f"influencer-{i}" for i in range(rows)]
    more = pd.DataFrame({"account_id": ids, "role": "influencer", "category": None, "split": None})
    folder.mkdir()
    pd.concat([small.accounts, more]).to_parquet(folder / "accounts.parquet", index=False)
    small.collaborations.to_parquet(folder / "collaborations.parquet", index=False)
    for name, block in small.blocks.items():
        rng, shape = np.random.default_rng(1), (n + rows, block.shape[1])
        mapped = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float32, shape)
        mapped[:n] = block
        for start in range(n, n + rows, _BLOCK):
            stop = min(start + _BLOCK, n + rows)
            drawn = block[rng.integers(n, size=stop - start)]
            drawn = drawn * rng.gamma(5, size=drawn.shape)
            mapped[start:stop] = drawn / drawn.sum(axis=1, keepdims=True)
        mapped.flush()
    files = {path.name: {"sha256": sha256(path)} for path in sorted(folder.iterdir())}
    write_json(folder / "manifest.json", {"source": "made up", "files": files, "made": {}})


def once(folder: Path) -> dict[str, Any]:
    """Load the set, rank for its first brand twice, and say what it took."""
    model, clock = Best.load(folder / "best"), time.perf_counter
    start = clock()
    features = FeatureSet.load(folder / "set")
    loaded = clock()
    pool = Computed(model, [Part(features, features.influencers(), {})])
    row = model.rows(features, features.brands()[:1])
    marks = [clock()]
    for _ in range(2):
        scores = pool.scores(row)
        best = np.argpartition(-scores, K)[:K]
        marks.append(clock())
    first, second = np.diff(marks).tolist()
    return {
        "load_seconds": loaded - start,
        "seconds": [first, second],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "best": float(scores[best].max()),
    }


def measured(rows: int, sizes: str) -> dict[str, Any]:
    """Return what it takes, in a process of its own: a child would begin with our own peak."""
    with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
        _apart("write", base, str(rows), sizes)
        disk = sum(path.stat().st_size for path in Path(base, "set").iterdir())
        found: dict[str, Any] = json.loads(_apart("once", base))
        return {"rows": rows, "sizes": sizes, "disk_mb": disk / 2**20} | found


def _apart(*words: str) -> str:
    command = [sys.executable, "-m", "benchmarks.vectors", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Measure everything, or do one of its steps."""
    match sys.argv[1:]:
        case ["write", base, rows, sizes]:
            small = made.vectors(sizes=SIZES[sizes])
            Best.fit(small).save(Path(base) / "best")
            write(Path(base) / "set", int(rows), small)
        case ["once", base]:
            print(json.dumps(once(Path(base))))
        case [*words]:
            rows, sizes = (*words, *(str(ROWS), "public")[len(words) :])
            print(json.dumps(measured(int(rows), sizes), indent=1))


if __name__ == "__main__":
    main()

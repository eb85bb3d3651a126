"""A million candidates on disk: exact search beside the bare product, an index beside exact.

    python -m benchmarks.candidates [ROWS [WIDTH]]

What is found depends on the vectors. These are mixtures of a few of three hundred interests with
noise, as accounts are of topics; a brand's query is one such mixture.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from morning.scale.store import VectorStore

ROWS, WIDTH, K = 1_000_000, 1536, 20
_BLOCK = 10_000
_INTERESTS, _EACH = 300, 4
_NOISE = 0.3  # of the deviation of what is no noise
_ROUNDS = 9


def accounts(rows: int, seed: int, width: int = WIDTH) -> Iterator[np.ndarray]:
    """Yield vectors of accounts in blocks, float32 (at most 10,000, width)."""
    interests = np.random.default_rng(0).standard_normal((_INTERESTS, width), dtype=np.float32)
    rng = np.random.default_rng(seed)
    for start in range(0, rows, _BLOCK):
        n = min(_BLOCK, rows - start)
        shares = rng.dirichlet(np.ones(_EACH), size=n).astype(np.float32)
        chosen = rng.integers(_INTERESTS, size=(n, _EACH))
        block = np.zeros((n, width), dtype=np.float32)
        for j in range(_EACH):
            block += shares[:, j, None] * interests[chosen[:, j]]
        yield block + _NOISE * block.std() * rng.standard_normal(block.shape, dtype=np.float32)


def measured(rows: int = ROWS, width: int = WIDTH) -> list[dict[str, Any]]:
    """Return what each way of asking costs, each in a process of its own, on the same file."""
    with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as base:
        folder = Path(base) / "pool"
        start = time.perf_counter()
        store = VectorStore.create(folder, width, {})
        store.add([f"influencer-{i}" for i in range(rows)], accounts(rows, 1, width))
        found = [{"what": "written", "seconds": time.perf_counter() - start}]
        # each by itself: a process that maps all of a file gives its peak to those it starts
        found += [_apart(what, folder) for what in ("exact", "once", "build", "approximate")]
        disk = {path.suffix: path.stat().st_size for path in folder.iterdir()}
        return [*found, {"what": "on disk", "bytes": disk, "rows": rows, "width": width}]


def row(rows: int, width: int) -> dict[str, Any]:
    """Return the same as one row."""
    found = {each["what"]: each for each in measured(rows, width)}
    fast, exact = found["approximate"], found["exact"]
    disk = found["on disk"]["bytes"]
    return {
        "rows": rows,
        "width": width,
        "write_seconds": found["written"]["seconds"],
        "disk_mb": disk[".npy"] / 2**20,
        "exact_seconds": exact["seconds"],
        "bare_seconds": exact["reference_seconds"],
        "exact_peak_mb": found["once"]["peak_mb"],
        "index_seconds": found["build"]["seconds"],
        "index_peak_mb": found["build"]["peak_mb"],
        "index_mb": disk.get(".faiss", 0) / 2**20,
        "approximate_seconds": fast["seconds"],
        "recall": fast["recall"],
    }


def _apart(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.candidates", what, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    record: dict[str, Any] = json.loads(done.stdout)
    return {"what": what} | record


def _exact(store: VectorStore, queries: np.ndarray) -> dict[str, Any]:
    vectors = store.segments[0].vectors
    ours, bare = _in_turn(
        lambda query: store.search(query, K), lambda query: vectors @ query, queries[:_ROUNDS]
    )
    return _ratio(ours, bare)


def _once(store: VectorStore, queries: np.ndarray) -> dict[str, Any]:
    for query in queries[:3]:
        store.search(query, K)
    return {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _build(store: VectorStore, queries: np.ndarray) -> dict[str, Any]:
    start = time.perf_counter()
    store.indexed(queries)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak}


def _approximate(store: VectorStore, queries: np.ndarray) -> dict[str, Any]:
    def ours(query: np.ndarray) -> Any:
        return store.search(query, K, approximate=True)

    ours(queries[0])
    fresh = np.concatenate(list(accounts(40, 3, store.width)))
    recall = np.mean([np.isin(store.search(q, K)[0], ours(q)[0]).mean() for q in fresh])
    fast, exact = _in_turn(ours, lambda query: store.search(query, K), fresh[:_ROUNDS])
    (index,) = [s.index for s in store.segments if s.index]
    about = {"probes": index.probes, "stated": index.recall, "recall": float(recall)}
    return _ratio(fast, exact) | about


def _in_turn(
    ours: Callable[[Any], Any], reference: Callable[[Any], Any], queries: np.ndarray
) -> np.ndarray:
    """Return seconds of both, (2, queries), run in turn after one that does not count."""
    seconds = np.zeros((len(queries) + 1, 2))
    for i, query in enumerate([queries[0], *queries]):
        for j, run in enumerate((ours, reference)):
            start = time.perf_counter()
            run(query)
            seconds[i, j] = time.perf_counter() - start
    return seconds[1:].T


def _ratio(ours: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    low, ratio, high = np.quantile(ours / reference, [0.25, 0.5, 0.75])
    return {
        "seconds": float(np.median(ours)),
        "reference_seconds": float(np.median(reference)),
        "ratio": float(ratio),
        "low": float(low),
        "high": float(high),
    }


def main() -> None:
    """Measure one thing in a store, or all of it for so many rows."""
    ways = {"exact": _exact, "once": _once, "build": _build, "approximate": _approximate}
    if len(sys.argv) > 2:
        store = VectorStore.open(sys.argv[2])
        queries = np.concatenate(list(accounts(80, 2, store.width)))
        print(json.dumps(ways[sys.argv[1]](store, queries)))
    else:
        print(json.dumps(measured(*map(int, sys.argv[1:])), indent=1))


if __name__ == "__main__":
    main()

"""How cost grows with the number of accounts: each point in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SIZES = (100, 1_000, 10_000, 100_000)
STAGES = ("write and read", "fit best", "rank all for the test brands", "evaluate")


def point(accounts: int) -> list[dict[str, Any]]:
    """Return seconds and peak memory of every stage, measured in a new process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", str(accounts)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _stages(accounts: int) -> list[dict[str, Any]]:
    """Go through the stages; the peak is that of the process so far."""
    from morning.evaluation import evaluate, mark_validation, official_task
    from morning.features import FeatureSet
    from morning.models import Best

    from benchmarks import made

    features = mark_validation(made.vectors(accounts))
    points: list[dict[str, Any]] = []

    def timed(stage: str, run: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = run()
        seconds = time.perf_counter() - start
        found = {"seconds": seconds, "peak_mb": peak_mb()}
        points.append({"stage": stage, "accounts": accounts} | found)
        return result

    def through_disk() -> FeatureSet:
        with TemporaryDirectory() as folder:
            features.save(Path(folder) / "vectors")
            return FeatureSet.load(Path(folder) / "vectors")

    read = timed(STAGES[0], through_disk)
    best = timed(STAGES[1], lambda: Best.fit(read))
    task = official_task(read, "all")
    scores = timed(STAGES[2], lambda: best.score(read, task)["F"])
    timed(STAGES[3], lambda: evaluate(scores, task.positives, task.categories))
    return points


def peak_mb() -> float:
    """Return the most memory that this process has held.

    On Linux `getrusage` would count what the parent held when it started this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    print(json.dumps(_stages(int(sys.argv[1]))))

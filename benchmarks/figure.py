"""A figure: something of ours beside a reference, timed in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

Run = Callable[[], object]


@dataclass(frozen=True)
class Timed:
    """What is timed, and how often.

    Attributes
    ----------
    ours, reference : callable
    limit : callable, optional
        What cannot be saved, alone.
    rounds : int
        Times that they are run in turn, after one that does not count.
    scale_reference : float
        Its seconds are multiplied by: where a part stands for a longer whole.
    """

    ours: Run
    reference: Run
    limit: Run | None = None
    rounds: int = 15
    scale_reference: float = 1.0


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes
    ----------
    name, reference : str
        What is measured, against what.
    prepare : callable
        Returns a context manager that gives what is timed.
    goal : float, optional
        Largest ratio that is good enough.
    goal_s : float, optional
        Largest number of seconds that is good enough.
    """

    name: str
    reference: str
    prepare: Callable[[], AbstractContextManager[Timed]]
    goal: float | None = None
    goal_s: float | None = None

    def measure(self) -> dict[str, Any]:
        """Return medians, the ratio with its quartiles, goals and whether they are met."""
        with self.prepare() as timed:
            runs = [timed.ours, timed.reference, *([timed.limit] if timed.limit else [])]
            scales = np.array([1.0, timed.scale_reference, timed.scale_reference])
            for run in runs if timed.rounds > 1 else ():
                run()
            seconds = np.array([list(_in_turn(runs)) for _ in range(timed.rounds)])
        seconds = seconds * scales[: len(runs)]
        ratios = seconds[:, 0] / seconds[:, 1]
        low, ratio, high = np.quantile(ratios, [0.25, 0.5, 0.75])
        ours, reference = np.median(seconds[:, :2], axis=0)
        limit = np.median(seconds[:, 2] / seconds[:, 1]) if len(runs) > 2 else None
        met = [ratio <= self.goal] if self.goal is not None else []
        met += [ours <= self.goal_s] if self.goal_s is not None else []
        return {
            "name": self.name,
            "reference": self.reference,
            "seconds": float(ours),
            "reference_seconds": float(reference),
            "ratio": float(ratio),
            "quartiles": [float(low), float(high)],
            "limit": None if limit is None else float(limit),
            "rounds": timed.rounds,
            "goal": self.goal,
            "goal_s": self.goal_s,
            "met": bool(all(met)) if met else None,
        }


def _in_turn(runs: list[Run]) -> Iterator[float]:
    """Run each once; yield its seconds."""
    for run in runs:
        start = time.perf_counter()
        run()
        yield time.perf_counter() - start

"""RAND: independent uniform scores, and what they give in expectation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from morning.evaluation import METRICS, Task, brand_statistics, interval
from morning.models.baselines.ranker import Arrays, Ranker, Training


class Rand(Ranker):
    """Every candidate gets an independent U(0, 1) score."""

    kind = "RAND"
    seeded = True
    note = "one draw per seed; `expectation` gives the distribution"

    @property
    def paper_row(self) -> str:
        """RAND, whose row was copied from an earlier paper on another split."""
        return "RAND"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        return {"seed": np.array([seed], dtype=np.int64)}

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(int(arrays["seed"][0]))
        return rng.random((len(brands), len(influencers)))


def expectation(on: Task, draws: int = 1000, seed: int = 0) -> dict[str, dict[str, object]]:
    """Return mean, standard deviation and 95 % interval of every metric over random draws.

    Parameters
    ----------
    on : Task
    draws : int
    seed : int

    Returns
    -------
    dict of metric to {"mean": float, "sd": float, "interval": (low, high)}
    """
    rng = np.random.default_rng(seed)
    values: dict[str, list[float]] = {metric: [] for metric in METRICS}
    for _ in range(draws):
        scores = rng.random(on.positives.shape)
        drawn = brand_statistics(scores, on.positives, on.categories).metrics()
        for metric, value in drawn.items():
            values[metric].append(value)
    return {
        metric: {
            "mean": float(np.mean(drawn)),
            "sd": float(np.std(drawn, ddof=1)),
            "interval": interval(np.array(drawn)),
        }
        for metric, drawn in values.items()
    }

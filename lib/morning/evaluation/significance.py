"""Bootstrap over brands: intervals of metrics and of differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from morning.evaluation.metrics import METRICS, BrandStatistics

RESAMPLES = 10_000
_CHUNK = 2_000  # bounds memory: indices of (chunk, B) at a time


def bootstrap(
    runs: Sequence[BrandStatistics], resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, np.ndarray]:
    """Resample brands; return each metric, averaged over runs, of every resample.

    Parameters
    ----------
    runs : sequence of BrandStatistics
        The same brands under several seeds; a resample takes the same brands from each.
    resamples : int
    seed : int
        Resamples with one seed are the same for every method, so that differences are paired.

    Returns
    -------
    dict of str to float array, shape (resamples,)
    """
    rng = np.random.default_rng(seed)
    n = len(runs[0])
    parts: dict[str, list[np.ndarray]] = {name: [] for name in METRICS}
    for start in range(0, resamples, _CHUNK):
        indices = rng.integers(0, n, size=(min(_CHUNK, resamples - start), n))
        samples = [run.resample(indices) for run in runs]
        for name in METRICS:
            parts[name].append(np.mean([sample[name] for sample in samples], axis=0))
    return {name: np.concatenate(values) for name, values in parts.items()}


def interval(samples: np.ndarray, level: float = 0.95) -> tuple[float, float] | None:
    """Return the percentile interval of samples; None where nothing could be measured."""
    samples = samples[~np.isnan(samples)]
    if len(samples) == 0:
        return None
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)

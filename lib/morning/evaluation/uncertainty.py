"""How sure a number is: over brands by the jackknife, over seeds by their spread.

The variance of a mean over seeds is the sum of two: that of leaving out each brand in turn (of
the mean over seeds, so that what a brand is worth under every seed is taken together), and that
of the seeds' own means. Degrees of freedom follow Satterthwaite; a share is looked at on the
scale of the arcsine of its root, which evens its variance and keeps its interval between 0 and 1.

Simulations in the tests hold intervals against their promise of 95 %. Percentiles of resampled
brands keep it for large numbers of brands alone, and without the seeds not even there.

Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), chapters 3 and 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr, stdtrit

from morning.evaluation.metrics import METRICS, POOLED, BrandStatistics
from morning.evaluation.protocol import FEW_BRANDS

Interval = tuple[float, float]

#: Brands that a value needs for its interval; a difference needs `FEW_BRANDS`.
LEAST_BRANDS = 10


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error.

    Attributes
    ----------
    value : float
        Mean over seeds; NaN where nothing could be measured.
    error : float
        Standard error over brands and seeds; NaN where it cannot be told: of a median, or with
        one brand.
    freedom : float
        Degrees of freedom of the error.
    brands : int
        How many decide the value.
    """

    value: float
    error: float
    freedom: float
    brands: int

    def share_interval(self, level: float = 0.95) -> Interval | None:
        """Return the interval of a share; None where so few brands allow none, or all agree."""
        certain = not (self.error > 0 and 0 < self.value < 1)
        if certain or self.brands < LEAST_BRANDS:
            return None
        slope = 2 * (self.value * (1 - self.value)) ** 0.5  # of the sine's square
        half = self._quantile(level) * self.error / slope
        angle = np.arcsin(self.value**0.5) + np.array([-half, half])
        low, high = np.sin(np.clip(angle, 0, np.pi / 2)) ** 2
        return float(low), float(high)

    def difference_interval(self, level: float = 0.95) -> Interval | None:
        """Return the interval of a difference; None where so few brands allow none."""
        if not self.error >= 0 or self.brands < FEW_BRANDS:
            return None
        half = self._quantile(level) * self.error
        return float(self.value - half), float(self.value + half)

    def p(self) -> float:
        """Return the two-sided p-value of "the difference is zero"; NaN without an interval."""
        if self.difference_interval() is None:
            return float("nan")
        if self.error == 0:
            return float(self.value == 0)
        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error))

    def _quantile(self, level: float) -> float:
        return float(stdtrit(self.freedom, (1 + level) / 2))


def mean_over_brands(values: np.ndarray) -> Estimate:
    """Return the mean of one value per brand, float array (brands,), with its standard error."""
    n = len(values)
    error = float(values.std(ddof=1) / n**0.5) if n > 1 else float("nan")
    return Estimate(float(values.mean()), error, n - 1, n)


def estimate(runs: Sequence[BrandStatistics], metric: str) -> Estimate:
    """Return a metric of the same brands under several seeds, averaged over the seeds."""
    values, left_out, counts = _jackknife(runs, metric)
    return _estimate(float(values.mean()), left_out, counts, [values])


def difference(
    ours: Sequence[BrandStatistics], theirs: Sequence[BrandStatistics], metric: str
) -> Estimate:
    """Return how far one method is ahead of another over the same brands, each with its seeds."""
    mine, mine_left_out, mine_count = _jackknife(ours, metric)
    other, other_left_out, other_count = _jackknife(theirs, metric)
    value = float(mine.mean() - other.mean())
    return _estimate(value, mine_left_out - other_left_out, mine_count | other_count, [mine, other])


def gap(runs: np.ndarray, one: np.ndarray, other: np.ndarray) -> Estimate:
    """Return how far the mean over some pairs is above that over others.

    Parameters
    ----------
    runs : float array, shape (seeds, B, M)
        A value of every pair under each seed, finite for the pairs that are meant.
    one, other : bool array, shape (B, M)
        Pairs; at least one of each.

    Returns
    -------
    Estimate
        Its `brands` are those of the side that has fewer.
    """
    sums = np.array(
        [[np.where(pairs, run, 0).sum(axis=1) for pairs in (one, other)] for run in runs]
    )
    counts = np.array([pairs.sum(axis=1) for pairs in (one, other)])  # (2, B)
    rest = counts.sum(axis=1, keepdims=True) - counts
    with np.errstate(invalid="ignore", divide="ignore"):
        left_out = (sums.sum(axis=2, keepdims=True) - sums) / rest  # (seeds, 2, B)
    values = sums.sum(axis=2) / counts.sum(axis=1)  # (seeds, 2)
    values, left_out = values[:, 0] - values[:, 1], left_out[:, 0] - left_out[:, 1]
    found = _estimate(
        float(values.mean()), left_out.mean(axis=0), np.any(counts > 0, axis=0), [values]
    )
    # The side of which fewer brands have pairs decides how much is known.
    brands = int((counts > 0).sum(axis=1).min())
    return replace(found, brands=brands, freedom=min(found.freedom, brands - 1))


def _jackknife(
    runs: Sequence[BrandStatistics], metric: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each seed's value, the mean value without each brand, and which brands count."""
    values = np.array([run.metrics()[metric] for run in runs])
    if not METRICS[metric].smooth:
        brands = len(runs[0])
        return values, np.full(brands, np.nan), np.ones(brands, bool)
    if metric in POOLED:
        parts = np.array([run.hits[metric] for run in runs])  # (seeds, brands)
        weights = np.array([run.rows[metric] for run in runs])
    else:
        parts = np.array([run.values[metric] for run in runs])
        weights = (~np.isnan(parts)).astype(float)
        parts = np.nan_to_num(parts)
    rest = weights.sum(axis=1, keepdims=True) - weights
    with np.errstate(invalid="ignore", divide="ignore"):
        left_out = (parts.sum(axis=1, keepdims=True) - parts) / rest
    return values, left_out.mean(axis=0), np.any(weights > 0, axis=0)


def _estimate(
    value: float, left_out: np.ndarray, counts: np.ndarray, seeds: Sequence[np.ndarray]
) -> Estimate:
    """Add up the variance over brands and those over the seeds of each method."""
    without = left_out[counts]
    brands = len(without)
    if brands < 2 or not np.isfinite(without).all():
        return Estimate(value, float("nan"), float("nan"), brands)
    variances = [(brands - 1) / brands * float(((without - without.mean()) ** 2).sum())]
    freedoms = [brands - 1]
    for values in seeds:
        if len(values) > 1:
            variances.append(float(values.var(ddof=1)) / len(values))
            freedoms.append(len(values) - 1)
    total = sum(variances)
    scatter = sum(v**2 / freedom for v, freedom in zip(variances, freedoms, strict=True))
    freedom = total**2 / scatter if scatter > 0 else float(brands - 1)
    return Estimate(value, total**0.5, freedom, brands)

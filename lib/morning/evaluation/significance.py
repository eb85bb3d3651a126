"""Which differences between methods hold, and how methods rank over brands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from morning.errors import MorningError
from morning.evaluation.metrics import METRICS, POOLED, BrandStatistics
from morning.evaluation.uncertainty import difference


@dataclass(frozen=True)
class Difference:
    """How far the reference is ahead of a method: its metric minus the method's.

    Attributes
    ----------
    value : float
    ci95 : (float, float) or None
        Over brands and seeds, see `evaluation.uncertainty`; None where brands are too few.
    p : float
        Two-sided, of one comparison.
    p_holm : float
        Corrected for all the methods compared. NaN where nothing could be measured.
    """

    value: float
    ci95: tuple[float, float] | None
    p: float
    p_holm: float


@dataclass(frozen=True)
class MeanRanks:
    """Mean ranks of methods over brands.

    Attributes
    ----------
    metric : str
    brands : int
        How many have a value under every method.
    ranks : dict of method to float
        1 is best; ties share.
    friedman_p : float
        Of "all methods are alike".
    critical_difference : float
        Nemenyi's: mean ranks further apart than this differ.
    cliques : tuple of tuples of str
        Largest groups, best first, in which no two differ; what a figure joins by a bar.
    """

    metric: str
    brands: int
    ranks: dict[str, float]
    friedman_p: float
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]


def paired_differences(
    methods: Mapping[str, Sequence[BrandStatistics]], reference: str
) -> dict[str, dict[str, Difference]]:
    """Compare every method with a reference over the same brands.

    Parameters
    ----------
    methods : mapping of method to sequence of BrandStatistics
        One per seed; the same brands in all. A method's metrics are averaged over its seeds.
    reference : str
        One of the methods.

    Returns
    -------
    dict of method (all but the reference) to dict of metric to Difference
        `p_holm` is corrected for all the methods, metric by metric.

    Raises
    ------
    MorningError
        If the reference is no method, or methods have different numbers of brands.
    """
    if reference not in methods:
        raise MorningError(
            f"no method {reference!r} to compare with; known are {', '.join(methods)}"
        )
    if len({len(run) for runs in methods.values() for run in runs}) != 1:
        raise MorningError("methods can be compared over the same brands only")
    others = [name for name in methods if name != reference]
    result: dict[str, dict[str, Difference]] = {name: {} for name in others}
    for metric in METRICS:
        found = {n: difference(methods[reference], methods[n], metric) for n in others}
        raw = {n: found[n].p() for n in others}
        known = [n for n in others if not np.isnan(raw[n])]
        corrected = dict(zip(known, holm([raw[n] for n in known]), strict=True))
        for n, each in found.items():
            holm_p = float(corrected.get(n, np.nan))
            result[n][metric] = Difference(each.value, each.difference_interval(), raw[n], holm_p)
    return result


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Return Holm's step-down correction of p-values, in their order (Holm 1979)."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = (len(p) - np.arange(len(p))) * p[order]
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected


def mean_ranks(
    methods: Mapping[str, Sequence[BrandStatistics]], metric: str = "map", level: float = 0.95
) -> MeanRanks:
    """Rank the methods within each brand and average; the data of a critical-difference figure.

    Parameters
    ----------
    methods : mapping of method to sequence of BrandStatistics
        One per seed; the same brands in all. A brand's value is averaged over the seeds.
    metric : str
        One of `METRICS`; `medr` ranks by the rank of the first positive, lower being better.
    level : float
        1 - level is the probability of a false difference.

    Raises
    ------
    MorningError
        If there are fewer than two methods, the metric is unknown, or no brand can be measured.

    Notes
    -----
    Demšar, Statistical comparisons of classifiers over multiple data sets, JMLR 7 (2006).
    """
    if metric not in METRICS:
        raise MorningError(f"unknown metric {metric!r}; known are {', '.join(METRICS)}")
    if len(methods) < 2:
        raise MorningError("ranks need at least two methods")
    values = np.stack(
        [np.mean([per_brand(run, metric) for run in runs], axis=0) for runs in methods.values()]
    )  # (methods, brands), higher is better
    values = values[:, ~np.isnan(values).any(axis=0)]
    k, n = values.shape
    if n == 0:
        raise MorningError(f"no brand has a value of {metric} of its own")
    from scipy.stats import rankdata, studentized_range  # a second, for this table alone

    ranks = rankdata(-values, axis=0)
    mean = dict(zip(methods, map(float, ranks.mean(axis=1)), strict=True))
    quantile = studentized_range.ppf(level, k, np.inf) / np.sqrt(2)
    critical = float(quantile * np.sqrt(k * (k + 1) / (6 * n)))
    return MeanRanks(metric, n, mean, _friedman(ranks), critical, _cliques(mean, critical))


def per_brand(run: BrandStatistics, metric: str) -> np.ndarray:
    """Return a metric of each brand alone, higher being better; NaN where there is none."""
    with np.errstate(invalid="ignore"):
        values = run.hits[metric] / run.rows[metric] if metric in POOLED else run.values[metric]
    return -values if METRICS[metric].lower_is_better else values


def _friedman(ranks: np.ndarray) -> float:
    """Return the p-value of "all methods are alike" from ranks, shape (methods, brands)."""
    k, n = ranks.shape
    between = ((ranks.sum(axis=1) - n * (k + 1) / 2) ** 2).sum()
    within = ((ranks - (k + 1) / 2) ** 2).sum()  # takes ties into account
    return 1.0 if within == 0 else float(chdtrc(k - 1, (k - 1) * between / within))


def _cliques(mean: Mapping[str, float], critical: float) -> tuple[tuple[str, ...], ...]:
    """Return the largest groups of neighbours whose mean ranks differ by less than `critical`."""
    names = sorted(mean, key=lambda name: mean[name])
    groups: list[tuple[str, ...]] = []
    end = 0
    for start, first in enumerate(names):
        stop = max(i for i in range(start, len(names)) if mean[names[i]] - mean[first] <= critical)
        if stop > start and stop > end:
            groups.append(tuple(names[start : stop + 1]))
        end = max(end, stop)
    return tuple(groups)

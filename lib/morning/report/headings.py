"""What the metrics are called in tables and figures, and how their values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from morning.evaluation import METRICS

#: Metric -> heading, for the metrics that the paper prints, in its order.
HEADINGS = {
    "auc": "AUC",
    "cauc": "cAUC",
    "recall@10": "R@10",
    "recall@50": "R@50",
    "mrr": "MRR",
    "map": "MAP",
    "medr": "MedR",
}
PAPER_METRICS = tuple(HEADINGS)
#: Sub-score -> the perspective that it compares.
SUB_SCORES = {"f": "content", "g": "audience", "h": "attributes"}
#: What a table shows first: over everything, within categories, and at the top.
FIRST_METRICS = ("auc", "cauc", "map")


def digits(metric: str) -> int:
    """Return how many digits after the point a metric is written with."""
    return 1 if metric == "medr" else 3


def headings(metrics: Iterable[str]) -> dict[str, str]:
    """Return how the columns of metrics are headed; the arrow points to the better."""
    return {m: f"{HEADINGS[m]} {'↓' if METRICS[m].lower_is_better else '↑'}" for m in metrics}


def between(interval: Sequence[float] | None, digits: int = 3) -> str:
    """Return the interval of a difference as it follows its value in a sentence; "" for none."""
    if interval is None:
        return ""
    low, high = (f"{end:+.{digits}f}" for end in interval)
    return f" (95 % interval {low} to {high})"


def number(value: float | None, metric: str) -> str:
    """Return a value of a metric as text: a dash where there is none."""
    return "–" if value is None else f"{value:.{digits(metric)}f}"


def with_interval(text: str, interval: Sequence[str] | None) -> str:
    """Return a value with its interval behind it; a line may break before it, not in it."""
    return text if interval is None else f"{text} [{interval[0]},\u00a0{interval[1]}]"


def estimated(row: Mapping[str, Any], metric: str) -> str:
    """Return a metric of a result row with its 95 % interval, where it has one."""
    ends = (row.get("ci95") or {}).get(metric)
    ends = [number(end, metric) for end in ends] if ends else None
    return with_interval(number(row.get(metric), metric), ends)


def spread(mean: float | None, sd: float | None, metric: str, sign: str = "") -> str:
    """Return a mean and, where there is one, a standard deviation."""
    if mean is None:
        return "–"
    form = f".{digits(metric)}f"
    return f"{mean:{sign}{form}}" + ("" if sd is None else f" ±\u00a0{sd:{form}}")


def written_p(p: float | None) -> str:
    """Write a p value; below a thousandth its size says nothing more."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

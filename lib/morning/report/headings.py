"""What the metrics are called in tables and figures, and how their values are written."""

from __future__ import annotations

from collections.abc import Sequence

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


def digits(metric: str) -> int:
    """Return how many digits after the point a metric is written with."""
    return 1 if metric == "medr" else 3


def between(interval: Sequence[float] | None, digits: int = 3) -> str:
    """Return the interval of a difference as it follows its value in a sentence; "" for none."""
    if interval is None:
        return ""
    low, high = (f"{end:+.{digits}f}" for end in interval)
    return f" (95 % interval {low} to {high})"


def number(value: float | None, metric: str) -> str:
    """Return a value of a metric as text: a dash where there is none, a whole rank without .0."""
    if value is None:
        return "–"
    text = f"{value:.{digits(metric)}f}"
    return text.removesuffix(".0") if metric == "medr" else text

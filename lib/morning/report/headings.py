"""What the metrics are called in tables and figures, and how their values are written."""

from __future__ import annotations

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


def number(value: float | None, metric: str) -> str:
    """Return a value of a metric as text: a dash where there is none, a whole rank without .0."""
    if value is None:
        return "–"
    text = f"{value:.{digits(metric)}f}"
    return text.removesuffix(".0") if metric == "medr" else text

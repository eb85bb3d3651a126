"""Where the paper's numbers lie against ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from morning.report.headings import HEADINGS, PAPER_METRICS

_OTHER_DATA = (
    "The paper's numbers are about its own data and are not shown here: what happens in other "
    "data is no evidence for or against them."
)


def agreement(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> str:
    """Return a list that says where the paper's numbers lie against our intervals.

    Parameters
    ----------
    document : mapping
        As written by `Run.write`.
    metrics : sequence of str
    """
    if not any(row.get("paper") for row in document["rows"]):
        return _OTHER_DATA
    lines = []
    for metric in metrics:
        sides: dict[str, list[str]] = {"inside": [], "above": [], "below": []}
        for row in document["rows"]:
            paper, interval = (row.get("paper") or {}).get(metric), row["ci95"].get(metric)
            if paper is not None and interval is not None:
                sides[_side(paper, interval)].append(row["method"])
        where = "; ".join(f"{s} it for {', '.join(names)}" for s, names in sides.items() if names)
        if where:
            lines.append(
                f"- **{HEADINGS[metric]}**: against our 95 % interval, the paper is {where}."
            )
    return "\n".join(lines)


def _side(value: float, interval: Sequence[float]) -> str:
    low, high = interval
    return "above" if value > high else "below" if value < low else "inside"

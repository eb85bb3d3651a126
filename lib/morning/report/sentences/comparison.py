"""Which of two methods is ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from morning.evaluation.significance import Difference
from morning.report.headings import HEADINGS


def lead(
    names: tuple[str, str],
    differences: Mapping[str, Difference],
    metrics: Sequence[str] = ("auc", "cauc", "map"),
) -> str:
    """Return how far the first method is ahead of the second, with intervals and p.

    Parameters
    ----------
    names : (str, str)
    differences : mapping of metric to Difference
    metrics : sequence of str
    """
    said = [
        f"{found.value:+.3f} {HEADINGS[m]} "
        f"({found.ci95[0]:+.3f} to {found.ci95[1]:+.3f}, p = {found.p:.3f})"
        for m in metrics
        if (found := differences[m]).ci95
    ]
    return f"{names[0]} minus {names[1]}: {'; '.join(said)}."

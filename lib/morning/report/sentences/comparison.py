"""Which of two methods is ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from morning.evaluation import BrandStatistics
from morning.evaluation.significance import paired_differences
from morning.report.headings import HEADINGS, digits, written_p


def lead(
    measured: Mapping[str, Sequence[BrandStatistics]],
    first: str,
    second: str,
    metrics: Sequence[str] = ("auc", "cauc", "map"),
) -> str:
    """Return how far one method is ahead of another, with intervals and p; "" where unknown.

    Parameters
    ----------
    measured : mapping of method to sequence of BrandStatistics
        One per seed.
    first, second : str
        Methods.
    metrics : sequence of str
    """
    if not {first, second} <= set(measured):
        return ""
    pair = {name: measured[name] for name in (first, second)}
    ahead = paired_differences(pair, first)[second]
    said = []
    for metric in metrics:
        found, form = ahead[metric], f"+.{digits(metric)}f"
        if found.ci95:
            low, high = found.ci95
            p = written_p(found.p)
            said.append(
                f"{found.value:{form}} {HEADINGS[metric]} ({low:{form}} to {high:{form}}, "
                f"p {p if p.startswith('<') else f'= {p}'})"
            )
    return f"{first} minus {second}: {'; '.join(said)}." if said else ""

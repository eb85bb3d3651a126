"""Tables of methods compared: over seeds, what they are, which differences hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import HEADINGS, PAPER_METRICS, number
from morning.report.tables.results import difference, short
from morning.report.tables.style import in_words, styled


def over_seeds(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> Any:
    """Return mean ± standard deviation over seeds of every method that was run under several."""
    lines = {
        row["method"]: {"seeds": str(row["seeds"])}
        | {HEADINGS[m]: _spread(row[m], row["sd"][m], m) for m in metrics}
        for row in document["rows"]
        if not row.get("needs") and row["seeds"] > 1
    }
    return styled(pd.DataFrame(lines).T)


def _spread(mean: float | None, sd: float | None, metric: str) -> str:
    if mean is None or sd is None:
        return "–"
    return f"{number(mean, metric)}\n±{short(sd, metric)}"


def method_notes(document: Mapping[str, Any]) -> Any:
    """Return what each method of Table III is: its note, and whether it is our interpretation."""
    kinds = {
        row["method"]: {
            "what it is": row["note"],
            "kind": _kind(row),
            "needs": row["needs"] or "",
        }
        for row in document["rows"]
    }
    return in_words(pd.DataFrame(kinds).T)


def _kind(row: Mapping[str, Any]) -> str:
    if row["oracle"]:
        return "oracle"
    return "interpretation" if row["interpretation"] else ""


def significance(
    document: Mapping[str, Any], metrics: Sequence[str] = ("auc", "cauc", "map")
) -> Any:
    """Return how far the reference is ahead of each method, with Holm's corrected p."""
    rows = {}
    for row in document["rows"]:
        if row.get("difference"):
            entries = {HEADINGS[m]: row["difference"][m] for m in metrics}
            rows[row["method"]] = {
                (name, part): text
                for name, entry in entries.items()
                for part, text in (
                    ("ahead by", difference(entry, "auc")),
                    ("p", _probability(entry["p_holm"])),
                )
            }
    return styled(pd.DataFrame(rows).T)


def _probability(p: float | None) -> str:
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

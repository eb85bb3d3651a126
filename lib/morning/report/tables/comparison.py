"""Tables of methods compared: over seeds, what they are, which differences hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import FIRST_METRICS, PAPER_METRICS, headings, spread, written_p
from morning.report.tables.results import difference, shows
from morning.report.tables.style import Shown, in_words, styled, without_empty


def over_seeds(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> Shown:
    """Return mean ± standard deviation over seeds of every method that was run under several."""
    columns = headings(metrics)
    lines = {
        row["method"]: {"seeds": str(row["seeds"])}
        | {columns[m]: spread(row[m], row["sd"][m], m) for m in metrics}
        for row in document["rows"]
        if not row.get("needs") and row["seeds"] > 1
    }
    return styled(pd.DataFrame(lines).T)


def method_notes(document: Mapping[str, Any]) -> Shown:
    """Return what each method of Table III is: its note, and whether it is our interpretation."""
    kinds = {
        row["method"]: {
            "what it is": row["note"],
            "kind": _kind(row),
            "needs": row["needs"] or "",
        }
        for row in document["rows"]
    }
    return in_words(without_empty(pd.DataFrame(kinds).T))


def _kind(row: Mapping[str, Any]) -> str:
    if row["oracle"]:
        return "oracle"
    return "interpretation" if row["interpretation"] else ""


def significance(document: Mapping[str, Any], metrics: Sequence[str] = FIRST_METRICS) -> Shown:
    """Return how far the reference is ahead of each method, with Holm's corrected p.

    What an interval shows to differ from 0 is bold.
    """
    text, bold = {}, {}
    for row in document["rows"]:
        if row.get("difference"):
            entries = {name: row["difference"][m] for m, name in headings(metrics).items()}
            text[row["method"]] = {
                (name, part): cell
                for name, entry in entries.items()
                for part, cell in (
                    ("ahead by", difference(entry, "auc")),
                    ("p", written_p(entry["p_holm"])),
                )
            }
            bold[row["method"]] = {
                (name, part): part == "ahead by" and shows(entry)
                for name, entry in entries.items()
                for part in ("ahead by", "p")
            }
    return styled(pd.DataFrame(text).T, pd.DataFrame(bold).T)

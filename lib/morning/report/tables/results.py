"""Tables of result rows: our numbers with intervals, the paper's below them, differences."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import HEADINGS, PAPER_METRICS, digits, number
from morning.report.tables.style import styled, written

_NARROW = 18  # characters in a line of a cell


def beside_paper(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> Any:
    """Return a results document as a styled table: ours with interval above the paper's number.

    Parameters
    ----------
    document : mapping
        As written by `Run.write`.
    metrics : sequence of str

    Returns
    -------
    pandas Styler
    """
    idle = [row for row in document["rows"] if row.get("needs")] + document.get("missing", [])
    lines = []
    for row in document["rows"]:
        if not row.get("needs"):
            lines.append([row["method"], "ours", *(_ours(row, m) for m in metrics)])
            lines += _printed(row, metrics)
    for row in idle:
        needs = textwrap.fill("needs " + row["needs"].removeprefix("needs "), _NARROW)
        lines.append([row["method"], "ours", needs, *[""] * (len(metrics) - 1)])
        lines += _printed(row, metrics)
    table = pd.DataFrame(lines, columns=["method", "source", *(HEADINGS[m] for m in metrics)])
    return styled(table.set_index(["method", "source"]))


def _printed(row: Mapping[str, Any], metrics: Sequence[str]) -> list[list[str]]:
    """Return the paper's line below a row, if it has one."""
    if not (paper := row.get("paper")):
        return []
    return [[row["method"], "paper", *(number(paper.get(m), m) for m in metrics)]]


def _ours(row: Mapping[str, Any], metric: str) -> str:
    text = number(row.get(metric), metric)
    interval = (row.get("ci95") or {}).get(metric)
    if interval:
        low, high = (short(end, metric) for end in interval)
        text += f"\n{low}–{high}"
    return text


def short(value: float, metric: str) -> str:
    """Write a number without the zero before its point."""
    text = number(value, metric)
    return text[1:] if text.startswith("0.") else text


def auc_versions(row: Mapping[str, Any]) -> pd.DataFrame:
    """Return AUC and cAUC of a result row as released and clean."""
    versions = {"released": "", "clean": "_clean"}
    return pd.DataFrame(
        {
            HEADINGS[name]: {
                version: "–" if row[name + end] is None else f"{row[name + end]:.4f}"
                for version, end in versions.items()
            }
            for name in ("auc", "cauc")
        }
    )


def planted(metrics: pd.DataFrame | None) -> Any:
    """Return what the planted preference and its parts reach; None where nothing was planted.

    Parameters
    ----------
    metrics : DataFrame, optional
        As `studies.planted.planted_metrics` returns it.
    """
    if metrics is None:
        return None
    shown = metrics[list(PAPER_METRICS)].rename(columns=HEADINGS)
    return written(shown, {HEADINGS[m]: f"{{:.{digits(m)}f}}" for m in PAPER_METRICS})


def blocks_used(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return which blocks stand behind each row of a results document."""
    rows = {
        row["method"]: {
            "blocks": ", ".join(row["blocks"]),
            "same training as": row.get("same_as") or "",
        }
        for row in document["rows"]
    }
    return pd.DataFrame(rows).T


def differences(document: Mapping[str, Any], metrics: Sequence[str] = PAPER_METRICS) -> Any:
    """Return how much better *full* is than each other row, with paired intervals."""
    rows = {
        row["method"]: {HEADINGS[m]: difference(row["difference"][m], m) for m in metrics}
        for row in document["rows"]
        if row.get("difference")
    }
    return styled(pd.DataFrame(rows).T)


def difference(entry: Mapping[str, Any], metric: str) -> str:
    """Write a difference above its interval, all with signs."""
    if entry["value"] is None or entry["ci95"] is None:
        return "–"
    form = f"+.{digits(metric)}f"
    low, high = entry["ci95"]
    return f"{entry['value']:{form}}\n{low:{form}} to {high:{form}}"

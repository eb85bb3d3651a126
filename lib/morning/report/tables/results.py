"""Tables of result rows: our numbers with intervals, the paper's below them, differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from morning.evaluation import METRICS
from morning.rankers import METHODS
from morning.rankers.contract import GROUPS
from morning.report.headings import (
    FIRST_METRICS,
    HEADINGS,
    PAPER_METRICS,
    digits,
    estimated,
    headings,
    number,
    with_interval,
)
from morning.report.tables.metrics import without_intervals
from morning.report.tables.style import Shown, in_words, styled, without_empty

Row = Mapping[str, Any]


def beside_paper(
    document: Mapping[str, Any], metrics: Sequence[str] = FIRST_METRICS, *, rivals: bool = True
) -> Shown:
    """Return a results document as a table: ours with interval, the paper's number below.

    Rows of methods stand in the groups of the comparison, what could not be run last in each.

    Parameters
    ----------
    document : mapping
        As written by `Run.write`.
    metrics : sequence of str
        All that the paper prints are a click away.
    rivals : bool
        Whether the rows compete, on the same brands and candidates: then the best of ours is bold,
        oracles apart.
    """
    shown = _beside_paper(document, metrics, rivals)
    more = _beside_paper(document, PAPER_METRICS, rivals)
    return replace(shown, more=more, summary="All seven metrics")


def _beside_paper(document: Mapping[str, Any], metrics: Sequence[str], rivals: bool) -> Shown:
    rows = _grouped([*document["rows"], *document.get("missing", [])])
    winners = _winners(document["rows"], metrics) if rivals else {}
    lines: list[tuple[str, str, str, list[str], list[str]]] = []
    for group, row in rows:
        method = row["method"]
        if needs := row.get("needs"):
            needs = "needs " + needs.removeprefix("needs ")
            lines.append((group, method, "ours", [needs] + [""] * (len(metrics) - 1), []))
        else:
            best = [m for m in metrics if method in winners.get(m, ())]
            lines.append((group, method, "ours", [estimated(row, m) for m in metrics], best))
        if paper := row.get("paper"):
            printed = [number(paper.get(m), m) for m in metrics]
            lines.append((group, method, "paper", printed, []))
    index = pd.DataFrame([line[:3] for line in lines], columns=["", "method", "source"])
    index = index[[c for c in index if c == "method" or len(set(index[c])) > 1]]
    table = pd.DataFrame([line[3] for line in lines], columns=list(headings(metrics).values()))
    bold = pd.DataFrame([[m in line[4] for m in metrics] for line in lines], columns=table.columns)
    table.index = bold.index = (
        pd.MultiIndex.from_frame(index) if index.shape[1] > 1 else pd.Index(index["method"])
    )
    return styled(table, bold)


def _grouped(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Return rows with their groups, in the order of these; all "" where none is a method."""
    groups = [METHODS[r["method"]].ranker.group if r["method"] in METHODS else "" for r in rows]
    if any(groups):  # beside methods: what was run here is one of them changed, else another's
        others = ("variants" if row.get("seeds") else "rivals" for row in rows)
        groups = [group or other for group, other in zip(groups, others, strict=True)]
    order = {group: place for place, group in enumerate(("", *GROUPS, "variants"))}
    pairs = zip(groups, rows, strict=True)
    return sorted(pairs, key=lambda pair: (order[pair[0]], bool(pair[1].get("needs"))))


def _winners(rows: Sequence[Row], metrics: Sequence[str]) -> dict[str, list[str]]:
    """Return the methods that are best by each metric as it is written, where several were run."""
    fair = [row for group, row in _grouped(rows) if group != "oracles" and not row.get("needs")]
    found = {}
    for metric in metrics:
        values = {row["method"]: row[metric] for row in fair if row.get(metric) is not None}
        if len(values) > 1:
            best = number(
                (min if METRICS[metric].lower_is_better else max)(values.values()), metric
            )
            found[metric] = [name for name, v in values.items() if number(v, metric) == best]
    return found


def auc_versions(row: Row) -> Shown:
    """Return AUC and cAUC of a result row as released and clean."""
    versions = {"released": "", "clean": "_clean"}
    found = {
        HEADINGS[name]: {
            version: "–" if row[name + end] is None else f"{row[name + end]:.4f}"
            for version, end in versions.items()
        }
        for name in ("auc", "cauc")
    }
    return styled(pd.DataFrame(found))


def planted(metrics: pd.DataFrame | None) -> Shown | None:
    """Return what the planted preference and its parts reach; None where nothing was planted.

    Parameters
    ----------
    metrics : DataFrame, optional
        As `studies.planted.planted_metrics` returns it.
    """
    if metrics is None:
        return None
    return without_intervals(metrics.T.to_dict(), PAPER_METRICS)


def blocks_used(document: Mapping[str, Any]) -> Shown:
    """Return which blocks stand behind each row of a results document."""
    rows = {
        row["method"]: {
            "blocks": ", ".join(row["blocks"]),
            "same training as": row.get("same_as") or "",
        }
        for row in document["rows"]
    }
    return in_words(without_empty(pd.DataFrame(rows).T))


def differences(document: Mapping[str, Any], metrics: Sequence[str] = FIRST_METRICS) -> Shown:
    """Return how much better *full* is than each other row, with paired intervals.

    What an interval shows to differ from 0 is bold; all metrics are a click away.
    """
    shown = _differences(document, metrics)
    return replace(shown, more=_differences(document, PAPER_METRICS), summary="All seven metrics")


def _differences(document: Mapping[str, Any], metrics: Sequence[str]) -> Shown:
    rows = {r["method"]: r["difference"] for r in document["rows"] if r.get("difference")}
    columns = headings(metrics)
    text = {
        name: {columns[m]: difference(row[m], m) for m in metrics} for name, row in rows.items()
    }
    bold = {name: {columns[m]: shows(row[m]) for m in metrics} for name, row in rows.items()}
    return styled(pd.DataFrame(text).T, pd.DataFrame(bold).T)


def difference(entry: Mapping[str, Any], metric: str) -> str:
    """Write a difference and its interval, all with signs."""
    if entry["value"] is None or entry["ci95"] is None:
        return "–"
    form = f"+.{digits(metric)}f"
    return with_interval(f"{entry['value']:{form}}", [f"{end:{form}}" for end in entry["ci95"]])


def shows(entry: Mapping[str, Any]) -> bool:
    """Return whether the interval of a difference leaves out 0."""
    return bool(entry["ci95"]) and not entry["ci95"][0] <= 0 <= entry["ci95"][1]

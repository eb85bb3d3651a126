"""Tables of rankings: who fits, what a rank is worth, how well new brands are ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import HEADINGS, number
from morning.report.names import Names
from morning.report.rankings import with_worth
from morning.report.reasons import Met
from morning.report.reasons import in_words as told
from morning.report.tables.style import in_words, styled
from morning.studies.newcomers import Subject

_METRICS = ("auc", "map", "recall@10")


def ranking(table: pd.DataFrame, names: Names) -> Any:
    """Return a ranking as a table, influencers by their names on a page."""
    known = with_worth(names.plain(table.drop(columns="influencer_id")))
    known.index = pd.Index(table["influencer_id"].map(names.shown), name="influencer")
    return styled(known.rename(columns=lambda name: str(name).replace("_", " ")).map(_cell))


def subject(brand: Subject) -> Any:
    """Return the brand of a page, and what is known of it."""
    rows = {"brand": brand.name, "what is known": brand.how, "notes": "\n".join(brand.notes)}
    return in_words(pd.DataFrame({"": {name: text for name, text in rows.items() if text}}))


def reasons(table: pd.DataFrame, met: Met, names: Names) -> Any:
    """Return what speaks for an influencer and against, in words."""
    both = zip(("for", "against"), told(table, met, names), strict=True)
    rows = [(side, sentence) for side, sentences in both for sentence in sentences]
    return in_words(pd.DataFrame(rows, columns=["speaks", ""]).set_index("speaks"))


def how_well(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return how well brands are ranked for, by what is known of them."""
    table = {row["method"]: {HEADINGS[m]: _with_interval(row, m) for m in _METRICS} for row in rows}
    return styled(pd.DataFrame(table).T)


def agreement(shares: Sequence[Mapping[str, Any]]) -> Any:
    """Return stated and observed partners of a hundred, by what is known and by rank."""
    rows = {
        (share["known"], share["ranks"]): {
            "stated": _hundred(share["stated"], (share["low"], share["high"])),
            "observed": _hundred(share["observed"], share["ci95"]),
        }
        for share in shares
    }
    return styled(pd.DataFrame(rows).T.rename_axis(["known", "ranks"])) if rows else None


def taken_away(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return how far scores fall without what a reason names, and without as much at random.

    None where nothing could be taken away.
    """
    table = {
        row["removed"]: {
            "pairs": f"{row['pairs']:,}",
            "fall without it": f"{row['named']:.3f}",
            "at random": f"{row['random']:.3f}",
            "more": f"{row['ahead']:+.3f}"
            + ("" if row["ci95"] is None else "\n{:+.3f} to {:+.3f}".format(*row["ci95"])),
            "falls more in": f"{row['more_often']:.0%}",
        }
        for row in rows
    }
    return styled(pd.DataFrame(table).T) if table else None


def _with_interval(row: Mapping[str, Any], metric: str) -> str:
    interval = (row.get("ci95") or {}).get(metric)
    ends = "" if not interval else "\n" + "–".join(number(end, metric) for end in interval)
    return number(row[metric], metric) + ends


def _hundred(share: float, interval: Sequence[float | None] | None) -> str:
    low, high = interval or (None, None)
    ends = "" if low is None or high is None else f"\n{100 * low:.1f} to {100 * high:.1f}"
    return f"{100 * share:.1f}{ends}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return "–" if value is None or value is pd.NA else str(value)

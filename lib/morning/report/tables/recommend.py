"""Tables of rankings: who fits, what a rank is worth, how well new brands are ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import estimated, headings, with_interval
from morning.report.names import Names
from morning.report.rankings import WORTH, with_worth
from morning.report.reasons import Met
from morning.report.reasons import in_words as told
from morning.report.tables.style import Shown, in_words, styled, without_heads
from morning.studies.newcomers import Subject

_METRICS = ("auc", "map", "recall@10")


def ranking(table: pd.DataFrame, names: Names) -> Shown:
    """Return a ranking as a table, influencers by their names on a page."""
    known = with_worth(names.plain(table.drop(columns="influencer_id")))
    first = [column for column in ("rank", WORTH) if column in known]
    known = known[first + [column for column in known if column not in first]]
    known.index = pd.Index(table["influencer_id"].map(names.shown), name="influencer")
    return styled(known.rename(columns=lambda name: str(name).replace("_", " ")).map(_cell))


def subject(brand: Subject) -> Shown:
    """Return the brand of a page, and what is known of it."""
    rows = {"brand": brand.name, "what is known": brand.how, "notes": "\n".join(brand.notes)}
    known = pd.DataFrame({"": {name: text for name, text in rows.items() if text}})
    return without_heads(in_words(known))


def reasons(table: pd.DataFrame, met: Met, names: Names) -> Shown:
    """Return what speaks for an influencer and against, in words."""
    both = zip(("for", "against"), told(table, met, names), strict=True)
    rows = [(side, sentence) for side, sentences in both for sentence in sentences]
    return without_heads(in_words(pd.DataFrame(rows, columns=["", " "]).set_index("")))


def how_well(rows: Sequence[Mapping[str, Any]]) -> Shown:
    """Return how well brands are ranked for, by what is known of them."""
    columns = headings(_METRICS)
    table = {row["method"]: {columns[m]: estimated(row, m) for m in _METRICS} for row in rows}
    return styled(pd.DataFrame(table).T)


def agreement(shares: Sequence[Mapping[str, Any]]) -> Shown | None:
    """Return stated and observed partners of a hundred, by what is known and by rank."""
    rows = {
        (share["known"], share["ranks"]): {
            "stated": _hundred(share["stated"], (share["low"], share["high"])),
            "observed": _hundred(share["observed"], share["ci95"]),
        }
        for share in shares
    }
    return styled(pd.DataFrame(rows).T.rename_axis(["known", "ranks"])) if rows else None


def taken_away(rows: Sequence[Mapping[str, Any]]) -> Shown | None:
    """Return how far scores fall without what a reason names, and without as much at random.

    None where nothing could be taken away.
    """
    table = {
        row["removed"]: {
            "pairs": f"{row['pairs']:,}",
            "fall without it": f"{row['named']:.3f}",
            "at random": f"{row['random']:.3f}",
            "more": with_interval(f"{row['ahead']:+.3f}", _signed(row["ci95"])),
            "falls more in": f"{row['more_often']:.0%}",
        }
        for row in rows
    }
    return styled(pd.DataFrame(table).T) if table else None


def _signed(interval: Sequence[float] | None) -> list[str] | None:
    return None if interval is None else [f"{end:+.3f}" for end in interval]


def _hundred(share: float, interval: Sequence[float | None] | None) -> str:
    low, high = interval or (None, None)
    known = None if low is None or high is None else [f"{100 * low:.1f}", f"{100 * high:.1f}"]
    return with_interval(f"{100 * share:.1f}", known)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return "–" if value is None or value is pd.NA else str(value)

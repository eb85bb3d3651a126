"""Rankings as text that leaves the book: plain tables, CSV, JSON."""

from __future__ import annotations

import json

import pandas as pd

from morning.plain import harmless

#: Heading of what a rank is worth.
WORTH = "partners in 100"


def to_text(ranking: pd.DataFrame) -> str:
    """Return a ranking as a plain table; ids and scores as they are, chances of a hundred."""
    return (
        with_worth(ranking).to_string(index=False, float_format=lambda value: f"{value:.2f}") + "\n"
    )


def with_worth(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return a ranking with its chances in words, in one column."""
    shown = ranking.drop(columns=[c for c in ranking if c.startswith("chance")])
    if "chance" not in ranking:
        return shown
    return shown.assign(**{WORTH: [worth(*row) for row in _chances(ranking)]})


def worth(chance: float, low: float, high: float) -> str:
    """Return a share as a number of a hundred, with its interval where it has one."""
    if pd.isna(low):
        return of_hundred(chance)
    return f"{of_hundred(chance)} ({of_hundred(low)} to {of_hundred(high)})"


def to_csv(ranking: pd.DataFrame) -> str:
    """Return a ranking as CSV, numbers in full; no text is a formula to a spreadsheet."""
    return harmless(ranking).to_csv(index=False, lineterminator="\n")


def to_json(ranking: pd.DataFrame) -> str:
    """Return a ranking as one JSON array of objects; null where there is no number."""
    rows = ranking.astype(object).where(ranking.notna(), None).to_dict("records")
    return json.dumps(rows, allow_nan=False) + "\n"


def _chances(ranking: pd.DataFrame) -> list[tuple[float, float, float]]:
    return list(ranking[["chance", "chance_low", "chance_high"]].itertuples(index=False, name=None))


def of_hundred(share: float) -> str:
    """Return a share as a number of a hundred."""
    if share < 0.0005:
        return "under 0.1"
    return f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.1f}"

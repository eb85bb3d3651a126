"""Times, as people and programs write them."""

from __future__ import annotations

import pandas as pd

from morning.errors import Report
from morning.reading.column import Column

_CLOCK = r"(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:\s?([AaPp])\.?[Mm]\.?)?"
_ZONE = r"\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
_ISO = rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T\s]+{_CLOCK}(?:{_ZONE})?)?"
_DAY_OR_MONTH_FIRST = rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})(?:[T\s,]+{_CLOCK}(?:{_ZONE})?)?"
_SECONDS = r"\d{9,10}(?:\.\d+)?"
#: Digits of a whole number of units since 1970 -> the unit, and what it divides.
_FINER = {r"\d{12,13}": ("milliseconds", 1_000), r"\d{15,16}": ("microseconds", 1_000_000),
          r"\d{18,19}": ("nanoseconds", 1_000_000_000)}  # fmt: skip
_FIRST, _LAST = 1970, 2199

#: What is said of cells that are no time -> the cells it is said of.
_RULES = {
    "is a spreadsheet's day number; format the column as a date and export it again": (
        r"[2-6]\d{4}(?:[.,]\d+)?"
    ),
    "must have a year of four digits, such as 2024-12-31T18:30": (
        r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}\b.*"
    ),
}
_RULE = f"must be a time from {_FIRST} to {_LAST}, such as 2024-12-31T18:30"


def times(values: pd.Series, file: str, report: Report, *, in_parts: bool = False) -> pd.Series:
    """Turn cells into times in UTC.

    Accepted are times that the file has as such, ISO 8601 (2024-12-31, 2024-12-31T18:30:00+01:00,
    2024-12-31 18:30 UTC), seconds since 1970 and, with a warning, milliseconds and finer, and
    31/12/2024 18:30 or 12/31/2024 6:30 PM where some cell of the column tells which of the two it
    is and none contradicts it. Times without a zone are UTC.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report
        Takes each cell that is no time, and a column whose days and months cannot be told apart.
    in_parts : bool
        Whether these are but some of the column's cells: 31/12/2024 is refused, as others decide
        what it is.

    Returns
    -------
    Series of datetime64[ns]
        Missing where the cell is missing or wrong, or not from 1970 to 2199.
    """
    column = Column.of(values, file, report).in_digits()
    text = column.text
    parts = text.str.extract(f"^{_ISO}$")
    slashed, open_cells = _slashed(column, in_parts)
    moments = _moments(parts.where(parts[0].notna(), slashed))

    seconds = pd.to_numeric(text.where(column.matches(_SECONDS)))
    moments = moments.fillna(_dated(pd.to_datetime(seconds, unit="s", utc=True, errors="coerce")))
    for pattern, (unit, divisor) in _FINER.items():
        finer = column.matches(pattern)
        column.warn(finer, f"is read as {unit} since 1970")
        count = pd.to_numeric(text.where(finer)).astype("Int64") * (1_000_000_000 // divisor)
        since = pd.to_datetime(count, unit="ns", utc=True, errors="coerce")
        moments = moments.fillna(_dated(since))

    left = text.notna() & moments.isna() & ~open_cells
    for rule, pattern in _RULES.items():
        column.error(left & column.matches(pattern), rule)
        left &= ~column.matches(pattern)
    column.error(left, _RULE)
    return moments.dt.tz_localize(None).astype("datetime64[ns]")


def _slashed(column: Column, in_parts: bool) -> tuple[pd.DataFrame, pd.Series]:
    """Return year, month, day, clock, half and zone of 31/12/2024; and cells of an open order."""
    parts = column.text.str.extract(f"^{_DAY_OR_MONTH_FIRST}$")
    first, second = (pd.to_numeric(parts[k]) for k in (0, 1))
    found = parts[0].notna()
    day_first, month_first = (first > 12).any(), (second > 12).any()
    if not found.any():
        return parts, found
    if in_parts or day_first == month_first:
        rule = (
            "may be day-first or month-first, which no part of a table can tell"
            if in_parts
            else "has both day-first and month-first dates"
            if day_first
            else "leaves open whether day or month comes first"
        )
        column.error(found, rule + "; write times as 2024-12-31T18:30")
        return parts.where(~found), found
    order = [2, 1, 0] if day_first else [2, 0, 1]
    return parts[[*order, 3, 4, 5]].set_axis(range(6), axis=1), ~found & False


def _moments(parts: pd.DataFrame) -> pd.Series:
    """Return the times of year, month, day, clock, half of the day and zone, all text."""
    parts = parts.astype("str")
    clock = parts[3].fillna("00:00")
    hour = pd.to_numeric(clock.str.extract(r"^(\d+)")[0])
    half = parts[4].str.lower()
    right = half.isna() | hour.between(1, 12)
    hour = hour.where(half.isna(), hour % 12 + half.map({"a": 0, "p": 12}).astype("float64"))
    zone = parts[5].replace({"UTC": "Z", "GMT": "Z"}).fillna("Z")
    zone = zone.where(zone.str.len() != 3, zone + ":00")
    date = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
    whole = hour.astype("Int64").astype("str").str.zfill(2) + clock.str.replace(
        r"^\d+", "", regex=True
    )
    iso = (date + "T" + whole + zone).where(right)
    return _dated(pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce"))


def _dated(moments: pd.Series) -> pd.Series:
    """Return times with those missing that are too early or too late to be a post's."""
    return moments.where(moments.dt.year.between(_FIRST, _LAST)).astype("datetime64[ns, UTC]")

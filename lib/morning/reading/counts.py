"""Counts of followers, likes and comments, as people and programs write them."""

from __future__ import annotations

import pandas as pd

from morning.errors import Report
from morning.reading.column import Column

_WHOLE = r"[+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4}|\d{1,3}(?:\.\d{3}){2,4})(?:\.0{1,2}|\.0{4,})?"
_SHORT = r"(\d{1,4}(?:[.,]\d{1,3})?)\s?([kKmMbB])"
_TWO_READINGS = r"[+-]?\d{1,3}\.\d{3}"
# For some engines of expressions, \s is none of the no-break spaces.
_SPACED = "[+-]?\\d{1,3}(?:[\\s\u00a0\u202f'’]\\d{3})+"
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+?\d+"
_FRACTION = r"[+-]?\d+[.,]\d+"
_TIMES = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}

#: What is said of cells that are no count -> the cells it is said of.
_RULES = {
    "may be read as thousands or as a fraction: 12.000 is 12000 or 12; write it without a point": (
        _TWO_READINGS
    ),
    "must be a whole number without spaces or apostrophes, such as 12000": _SPACED,
    "was shortened by a spreadsheet; format the column as a number and export it again": _ROUNDED,
    "must be a whole number, without a fraction": _FRACTION,
}


def counts(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Turn cells into counts: 1234, "1,234", "1.234.567" and, with a warning, "12.3K" or -1.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report
        Takes each cell that is no count, and each that was read with a warning. −1 is what
        programs write where a count is hidden.

    Returns
    -------
    Series of Int64
        Missing where the cell is missing, hidden or wrong.
    """
    column = Column.of(values, file, report).in_digits()
    whole, short = column.matches(_WHOLE), column.matches(_SHORT)
    plain = column.text.where(whole).str.replace(r"\.0{1,2}$|\.0{4,}$", "", regex=True)
    number = pd.to_numeric(plain.str.replace(r"[,.]", "", regex=True)).astype("Int64")
    number = number.fillna(_spelled(column.text.where(short)))
    column.warn(short, "is read as thousands (K), millions (M) or billions (B)")

    hidden = number.eq(-1).fillna(False).astype(bool)
    column.warn(hidden, "is read as hidden, so missing")
    negative = number.lt(-1).fillna(False).astype(bool)
    column.error(negative, "must not be negative")

    left = column.text.notna() & ~whole & ~short
    for rule, pattern in _RULES.items():
        column.error(left & column.matches(pattern), rule)
        left &= ~column.matches(pattern)
    column.error(left, "must be a whole number, such as 1234")
    return number.mask(hidden | negative)


def _spelled(text: pd.Series) -> pd.Series:
    """Return "12.3K" as 12300."""
    parts = text.str.extract(f"^{_SHORT}$")
    number = pd.to_numeric(parts[0].str.replace(",", ".", regex=False))
    return (number * parts[1].str.lower().map(_TIMES)).round().astype("Int64")

"""Identifiers of accounts and posts: text that must survive spreadsheets digit by digit."""

from __future__ import annotations

import unicodedata

import pandas as pd

from morning.errors import Report
from morning.reading.column import NOBODY, Column, floating

_ROUNDED = r"\d[.,]\d+[eE]\+\d+"
_POINT_ZERO = r"\d+\.0"
_NUMBER = r"\d+(?:\.0)?"
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")


def identifiers(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Turn cells into identifiers: text, zeros in front kept, in one Unicode form (NFC).

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report
        Takes identifiers that went through a floating-point number, and so may have lost digits,
        and those with invisible characters.

    Returns
    -------
    Series of str
        Missing where the cell is missing or no identifier.
    """
    column = Column.of(values, file, report, missing=NOBODY)
    text = column.text
    numbers = floating(values)
    column.error(
        numbers,
        "must be text: identifiers became floating-point numbers, as pandas makes them where a "
        "row is empty, and may have lost digits; read the column as text and export it again",
    )
    rounded = column.matches(_ROUNDED)
    column.error(
        rounded, "was rounded by a spreadsheet; format the column as text and export it again"
    )
    pointed = column.matches(_POINT_ZERO)
    if not (column.matches(_NUMBER) | text.isna()).all():
        pointed &= False  # a name may end in .0, a column of numbers was one of floats
    column.error(
        pointed & ~numbers,
        "ends in .0: identifiers were written as floating-point numbers and may have lost digits; "
        "read the column as text and export it again",
    )
    unseen = text.fillna("").map(_invisible).astype(bool)
    column.error(unseen, "has an invisible character; remove it")
    spaced = text.notna() & text.ne(values.map(str, na_action="ignore")).astype(bool) & ~numbers
    column.warn(spaced, "is read without the space around it")
    return text.map(_seen, na_action="ignore").astype("str").mask(numbers | rounded | pointed)


def _invisible(text: str) -> bool:
    """Whether text has a character that nobody sees."""
    if text.isascii() and text.isprintable():  # nearly every one, and quickly seen
        return False
    return any(unicodedata.category(c) in _UNSEEN or c == "\u00a0" for c in text)


def _seen(text: str) -> str:
    """Return text in composed form (NFC) without what nobody sees."""
    if _invisible(text):
        text = "".join(c for c in text if not _invisible(c))
    return unicodedata.normalize("NFC", text)

"""Text: captions and biographies, names of categories, words of a fixed list, picture paths."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pandas as pd

from morning.errors import Report
from morning.reading.column import Column


def texts(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Return cells as text; missing where they are empty, or a word such as NULL stands there.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report

    Returns
    -------
    Series of str
        With the space around it, where the cell was text.
    """
    column = Column.of(values, file, report)
    written = values.map(lambda cell: isinstance(cell, str) and cell != "").astype(bool)
    return values.astype(object).where(written & column.text.notna(), column.text).astype("str")


def words(values: pd.Series, file: str, report: Report, known: Sequence[str]) -> pd.Series:
    """Return cells as words of a list, whatever their case.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report
        Takes each other cell.
    known : sequence of str
        In lower case.

    Returns
    -------
    Series of str
        Missing where the cell is missing; another word as it stands there.
    """
    column = Column.of(values, file, report)
    lower = column.text.str.lower()
    other = lower.notna() & ~lower.isin(list(known))
    return lower.where(~other, column.text)


def names(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Return cells as names, those that differ by case, space or Unicode form alone as one.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report
        Takes, as warnings, the cells that were spelled otherwise than most of their kind.

    Returns
    -------
    Series of str
    """
    column = Column.of(values, file, report)
    text = column.text.map(_tidy, na_action="ignore").astype("str")
    counted = text.value_counts()
    spelling: dict[str, str] = {}
    for name in sorted(counted.index, key=lambda name: (-counted[name], name)):
        spelling.setdefault(name.casefold(), name)
    one = text.map(lambda name: spelling[name.casefold()], na_action="ignore").astype("str")
    changed = text.notna() & one.ne(column.text).fillna(False).astype(bool)
    column.warn(changed, "is taken for the more frequent spelling, other by case or space alone")
    return one


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def pictures(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Return cells as paths of pictures, with slashes; a web address is no picture.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report

    Returns
    -------
    Series of str
    """
    column = Column.of(values, file, report)
    address = column.matches(r"(?:https?:)?//.*")
    rule = "is a web address, and pictures are read from files; done without: save it in the folder"
    column.warn(address, rule)
    return column.text.mask(address).str.replace("\\", "/", regex=False)


def as_written(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Return cells of a column that nobody knows as text; parameters are those of `texts`."""
    return Column.of(values, file, report).text.astype("str")


def numbers_or_text(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Return cells of a column that nobody knows: as numbers where each is one, else as text.

    Parameters
    ----------
    values : Series
        Of any type; its name is the column.
    file : str
    report : Report

    Returns
    -------
    Series of float or str
    """
    text = Column.of(values, file, report).text
    numbers = pd.to_numeric(text, errors="coerce")
    return text.astype("str") if numbers.isna().ne(text.isna()).any() else numbers.astype(float)

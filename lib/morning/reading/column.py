"""A column as other programs wrote it: every cell as text, whatever its type was."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from morning.errors import Problem, Report

#: How pandas, R, spreadsheets and databases write a missing value.
MISSING = frozenset(
    {"nan", "NaN", "NAN", "NaT", "<NA>", "NA", "N/A", "n/a", "#N/A", "#NULL!"}
    | {"null", "NULL", "Null", "none", "None", "NONE", "nil"}
)
#: Those of them that nobody is called.
NOBODY = frozenset(("nan", "NaN", "NAN", "NaT", "<NA>", "#N/A", "#NULL!"))

_SHOWN = 60


def shortened(value: object) -> str:
    """Return a value as it is shown in a problem: cut, and with invisible characters spelled."""
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return "".join(c if _visible(c) else f"\\u{ord(c):04x}" for c in text[:_SHOWN])


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Cc", "Zl", "Zp") and (
        character == " " or not character.isspace()
    )


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of one column.

    Attributes
    ----------
    values : Series
        As they were read; the index numbers rows as the file does.
    text : Series of str
        The same as text, without space around it; missing where the cell is empty.
    file : str
        Where they come from, for the report.
    report : Report
        Takes what is wrong, and what was changed.
    """

    values: pd.Series
    text: pd.Series
    file: str
    report: Report

    @classmethod
    def of(
        cls, values: pd.Series, file: str, report: Report, missing: frozenset[str] = MISSING
    ) -> Column:
        """Read a column's cells as text.

        Parameters
        ----------
        values : Series
            Of any type; its name is the column.
        file : str
        report : Report
        missing : set of str
            Words that mean *nothing there*, with a warning.
        """
        text = as_text(values)
        listed = _listed(values)
        column = cls(values, text.mask(listed), file, report)
        column.error(listed, "must hold single values, not lists or objects")
        word = column.text.isin(list(missing))
        column.warn(word, "is read as missing")
        return cls(values, column.text.mask(word), file, report)

    def in_digits(self) -> Column:
        """Return the same with digits of every script (٣, ３) in `text` as 0 to 9."""
        return replace(self, text=self.text.map(_western, na_action="ignore").astype("str"))

    def error(self, cells: pd.Series, rule: str) -> None:
        """Report cells that break a rule."""
        self._note(self.report.errors, cells, rule)

    def warn(self, cells: pd.Series, rule: str) -> None:
        """Report cells that were read in a way that their owner should know."""
        self._note(self.report.warnings, cells, rule)

    def matches(self, pattern: str) -> pd.Series:
        """Return which cells match a whole pattern; not those that are missing."""
        return self.text.str.fullmatch(pattern).fillna(False).astype(bool)

    def _note(self, into: list[Problem], cells: pd.Series, rule: str) -> None:
        rows = np.flatnonzero(cells.to_numpy(dtype=bool))
        if len(rows):
            numbers, values = self.values.index[rows], self.values.iloc[rows]
            (row, value), *also = zip(map(int, numbers), map(shortened, values), strict=True)
            name = str(self.values.name)
            into.append(Problem(self.file, rule, row, name, value, tuple(also)))


def as_text(values: pd.Series) -> pd.Series:
    """Return cells as text: 12.0 of a float column as "12", times as ISO 8601, blanks missing."""
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_float_dtype(values.dtype):
        values = values.astype(object)
    if values.dtype == object:
        text = values.map(cell_text, na_action="ignore").astype("str")
    else:
        text = values.astype("str")
    text = text.mask(values.isna()).str.strip()
    return text.mask(text.eq("").fillna(False)).astype("str")


def cell_text(cell: object) -> str:
    """Return a cell as text: 12.0 as "12"."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _western(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _listed(values: pd.Series) -> pd.Series:
    if values.dtype != object:
        return pd.Series(False, index=values.index)
    return ~values.map(pd.api.types.is_scalar).astype(bool)


def floating(values: pd.Series) -> pd.Series:
    """Return which cells are floating-point numbers rather than text or whole numbers."""
    if values.dtype == object:
        return values.map(lambda cell: isinstance(cell, float) and cell == cell).astype(bool)
    return pd.Series(pd.api.types.is_float_dtype(values.dtype), values.index) & values.notna()

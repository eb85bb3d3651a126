"""Tables that other programs wrote: text, whole numbers and times, with every fault noted."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from morning.errors import Problem, Report

MAX_TABLE_BYTES = 1 << 30

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_UNIX = r"\d{9,10}(?:\.\d+)?"
_SLASHED = r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2})?))?"
_WHOLE = r"[+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.0+)?"


def shortened(value: object) -> str:
    """Return a value as it is shown in a problem."""
    return repr(value.item() if isinstance(value, np.generic) else value)[:60]


def read_csv(path: Path, report: Report) -> pd.DataFrame | None:
    """Read a comma-separated file as text, with a missing value for every empty cell.

    UTF-8 with or without byte-order mark and UTF-16 with one are recognised; anything else is
    taken for Latin-1, with a warning. Quoted cells may hold commas and line ends.

    Parameters
    ----------
    path : Path
    report : Report
        Takes the rows that have too few or too many cells, and what else is wrong.

    Returns
    -------
    DataFrame of str, or None where nothing can be read
    """
    if (size := path.stat().st_size) > MAX_TABLE_BYTES:
        rule = f"must have at most {MAX_TABLE_BYTES} bytes; use Parquet"
        report.errors.append(Problem(path.name, rule, value=str(size)))
        return None
    reader = csv.reader(io.StringIO(_decoded(path, report), newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in reader if row)
    except csv.Error as error:
        where = len(rows) - 1 if rows else None
        rule = f"is not well-formed CSV near line {reader.line_num}: {error}"
        report.errors.append(Problem(path.name, rule, where))
    if not rows:
        report.errors.append(Problem(path.name, "must have a header with the column names"))
        return None
    header = [name.strip().lower() for name in rows[0]]
    for name in sorted({name for name in header if header.count(name) > 1}):
        report.errors.append(Problem(path.name, "must not name a column twice", column=name))
    width = len(header)
    for number, row in enumerate(rows[1:]):
        if len(row) != width:
            rule = f"must have {width} cells, as the header has"
            report.errors.append(Problem(path.name, rule, number, value=str(len(row))))
            row[:] = (row + [""] * width)[:width]
    table = pd.DataFrame(rows[1:], columns=header, dtype="str")
    return table.loc[:, ~table.columns.duplicated()].replace("", pd.NA)


def _decoded(path: Path, report: Report) -> str:
    """Return the text of a file."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 (byte {error.start}); read as Latin-1, so check accents and emoji"
        report.warnings.append(Problem(path.name, rule))
        return raw.decode("latin-1")


def whole_numbers(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Turn text such as "1,234" into whole numbers.

    Parameters
    ----------
    values : Series
        Text; its name is the column.
    file : str
    report : Report
        Takes each cell that is no whole number.

    Returns
    -------
    Series of Int64
        Missing where the text is missing or wrong.
    """
    text = values.astype("str").str.strip()
    right = text.str.fullmatch(_WHOLE).fillna(False).astype(bool)
    _note(values, values.notna() & ~right, "must be a whole number, such as 1234", file, report)
    digits = text.where(right).str.replace(r",|\.0+$", "", regex=True)
    return pd.to_numeric(digits).astype("Int64")


def times(values: pd.Series, file: str, report: Report) -> pd.Series:
    """Turn text into times in UTC.

    Accepted are ISO 8601 (2024-12-31, 2024-12-31T18:30:00+01:00), seconds since 1970, and
    31/12/2024 18:30 or 12/31/2024 18:30 where some cell of the column tells which of the two it is
    and none contradicts it. Times without a zone are UTC.

    Parameters
    ----------
    values : Series
        Text; its name is the column.
    file : str
    report : Report
        Takes each cell that is no time, and a column whose days and months cannot be told apart.

    Returns
    -------
    Series of datetime64[ns]
        Missing where the text is missing or wrong, or not from 1970 to 2199.
    """
    text = values.astype("str").str.strip()
    iso = text.where(text.str.fullmatch(_ISO).fillna(False).astype(bool))
    iso = iso.fillna(_slashed(text, str(values.name), file, report))
    moments = pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce")
    unix = text.str.fullmatch(_UNIX).fillna(False).astype(bool)
    seconds = pd.to_numeric(text.where(unix))
    moments = moments.fillna(pd.to_datetime(seconds, unit="s", utc=True))
    moments = moments.where(moments.dt.year.between(1970, 2199))
    # Slashed cells of an ambiguous column are reported once, for the column.
    wrong = values.notna() & moments.isna() & (iso.notna() | ~_is_slashed(text))
    _note(values, wrong, "must be a time, such as 2024-12-31T18:30", file, report)
    return moments.dt.tz_localize(None).astype("datetime64[ns]")


def _is_slashed(text: pd.Series) -> pd.Series:
    return text.str.fullmatch(_SLASHED).fillna(False).astype(bool)


def _slashed(text: pd.Series, column: str, file: str, report: Report) -> pd.Series:
    """Rewrite 31/12/2024 18:30 as ISO 8601; missing where that cannot be done."""
    parts = text.str.extract(f"^{_SLASHED}$")
    first, second = (pd.to_numeric(parts[k]) for k in (0, 1))
    day_first, month_first = first > 12, second > 12
    nothing = pd.Series(pd.NA, index=text.index, dtype="str")
    if not parts[0].notna().any():
        return nothing
    if day_first.any() == month_first.any():
        rule = (
            "has both day-first and month-first dates"
            if day_first.any()
            else "leaves open whether day or month comes first"
        )
        row = int(parts[0].first_valid_index())
        rule += "; write times as 2024-12-31T18:30"
        report.errors.append(Problem(file, rule, row, column, shortened(text[row])))
        return nothing
    day, month = (parts[0], parts[1]) if day_first.any() else (parts[1], parts[0])
    clock = parts[3].fillna("00:00")
    clock = clock.where(clock.str.len().isin([5, 8]), "0" + clock)
    return parts[2] + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + "T" + clock


def _note(values: pd.Series, bad: pd.Series, rule: str, file: str, report: Report) -> None:
    """Report the cells of a column that break a rule."""
    for row in values.index[bad.to_numpy(dtype=bool)]:
        column = str(values.name)
        report.errors.append(Problem(file, rule, int(row), column, shortened(values[row])))

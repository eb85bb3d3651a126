"""Text files of separated cells, as databases, scripts and spreadsheets write them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from morning.errors import Problem, Report
from morning.guard import content
from morning.guard.tables import MAX_COLUMNS

MAX_CELL = 1 << 24
"""Characters of one cell, at most."""

_MOST_BROKEN = 10_000
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a line that Excel writes before the header


def read_delimited(path: Path, report: Report) -> pd.DataFrame | None:
    """Read a file of separated cells as text.

    UTF-8 with or without byte-order mark and UTF-16 with one are recognised; anything else is
    taken for Latin-1, with a warning. The separator is the one that gives the header most cells.
    Quoted cells may hold separators and line ends.

    Parameters
    ----------
    path : Path
    report : Report
        Takes the rows that have too few or too many cells, and what else is wrong.

    Returns
    -------
    DataFrame of str, or None where nothing can be read
        Columns are named as they stand there; the index numbers rows as a spreadsheet does, the
        header being row 1.
    """
    text = _decoded(path, report)
    if "\0" in text:
        text = text.replace("\0", "")
        report.warnings.append(Problem(path.name, "has NUL characters; read without them"))
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    separator = declared[1] if declared else _separator(text)
    if separator != ",":
        rule = f"is read with its cells separated by {_SEPARATORS.get(separator, repr(separator))}"
        report.warnings.append(Problem(path.name, rule))
    rows = dict(_rows(text, separator, path.name, report))
    return with_header(pd.DataFrame.from_dict(rows, orient="index", dtype="str"))


def with_header(rows: pd.DataFrame) -> pd.DataFrame | None:
    """Return rows below the first, which names their columns; None where there is none."""
    if rows.empty:
        return None
    return rows.iloc[1:].set_axis(rows.iloc[0].tolist(), axis=1)


def _decoded(path: Path, report: Report) -> str:
    """Return the text of a file."""
    raw = content(path)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 (byte {error.start}); read as Latin-1, so check accents and emoji"
        report.warnings.append(Problem(path.name, rule))
        try:
            return raw.decode("cp1252")  # Windows' Latin-1, with € and curly quotes
        except UnicodeDecodeError:
            return raw.decode("latin-1")


def _separator(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=header.count)  # the first of several: the comma where there is none


def _rows(text: str, separator: str, file: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every row that has any; report those of another width."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width, number = 0, 0
    broken: list[tuple[int, str]] = []
    with _long_cells():
        try:
            for number, row in enumerate(reader, 1):
                if not any(row):
                    continue
                while len(row) > max(width, 1) and not row[-1].strip():
                    row.pop()  # what spreadsheets leave at the edge
                if not any(cell.strip() for cell in row):
                    continue
                width = width or len(row)
                if width > MAX_COLUMNS:
                    rule = f"must have at most {MAX_COLUMNS:,} columns"
                    report.errors.append(Problem(file, rule, number, value=str(width)))
                    return
                if len(row) != width:
                    broken.append((number, str(len(row))))
                    if len(broken) > _MOST_BROKEN:
                        break
                yield number, (row + [""] * width)[:width]
        except csv.Error as error:
            rule = _unreadable(text, error, reader.line_num)
            report.errors.append(Problem(file, rule, number + 1))
            return
    if broken:
        rule = f"must have {width} cells, as the header has"
        if '\\"' in text:
            rule += _ESCAPED
        report.errors += [Problem(file, rule, row, value=cells) for row, cells in broken]


_ESCAPED = r'; quotes are escaped by a backslash (\"), and must be doubled ("")'


def _unreadable(text: str, error: csv.Error, line: int) -> str:
    if "field larger" in str(error):
        return f"must have at most {MAX_CELL} characters in a cell (line {line})"
    escaped = _ESCAPED if '\\"' in text else ""
    return f"is not well-formed CSV near line {line}: {error}{escaped}"


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be long while a file is read; the limit is one for the whole program."""
    before = csv.field_size_limit(MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)

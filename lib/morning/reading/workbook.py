"""Rows of workbooks (.xlsx), read one after the other within bounds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from morning.guard.tables import MAX_COLUMNS
from morning.guard.zips import require_sane

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Rows of a sheet at most, as in Excel; a file may say that its next row is the billionth.
MAX_ROWS = 1 << 20
_MOST_CELLS = 50_000_000


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook for reading by rows.

    Raises
    ------
    MorningError
        If the file must not be opened.
    Exception
        One of `morning.guard.DAMAGED`, if it is no workbook.
    """
    import openpyxl  # ranking does not wait for it

    require_sane(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that hold no cell
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    with closing(book):
        yield book


def sheet_rows(book: Workbook, sheet: str | None = None) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield number (from 1) and cells of the rows of a sheet that have any.

    Parameters
    ----------
    book : Workbook
    sheet : str, optional
        By default the first one.

    Raises
    ------
    Exception
        One of `morning.guard.DAMAGED`, if the sheet is damaged or larger than any.
    """
    page = book[sheet] if sheet is not None else book.worksheets[0]
    page.reset_dimensions()  # some programs write wrong ones
    cells = 0
    for number, row in enumerate(page.iter_rows(values_only=True), 1):
        cells += len(row)
        if number > MAX_ROWS or cells > _MOST_CELLS:
            raise ValueError(f"it has more than {MAX_ROWS:,} rows, or {_MOST_CELLS:,} cells")
        if row.count(None) == len(row):
            continue
        width = max((k for k, cell in enumerate(row, 1) if filled(cell)), default=0)
        if width > MAX_COLUMNS:
            raise ValueError(f"it has {width:,} columns, more than {MAX_COLUMNS:,}")
        if width:
            yield number, row[:width]


def filled(cell: Any) -> bool:
    """Whether a cell holds anything."""
    if cell is None or isinstance(cell, str):
        return bool(cell and cell.strip())
    return not (pd.api.types.is_scalar(cell) and pd.isna(cell))

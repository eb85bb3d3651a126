"""One way in for every format: from a file to a table of cells as they stand there."""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from morning.errors import Problem, Report
from morning.reading.delimited import read_delimited, with_header

MAX_TABLE_BYTES = 1 << 30

_NO_TABLE = "must have a header with the column names"


def find(folder: Path, table: str) -> list[tuple[Path, str | None]]:
    """Return the files that hold a table, whatever their case, the first one to be read.

    A workbook with a sheet of that name counts, too.

    Parameters
    ----------
    folder : Path
    table : str
        Name of the table, in lower case.

    Returns
    -------
    list of (path, name of the sheet or None)
    """
    files = sorted(path for path in folder.iterdir() if path.is_file())
    named = {path.suffix.lower(): path for path in reversed(files) if path.stem.lower() == table}
    found: list[tuple[Path, str | None]] = [
        (named[suffix], None) for suffix in READERS if suffix in named
    ]
    for path in files:
        if path.suffix.lower() == ".xlsx" and path.stem.lower() != table and stays_inside(path):
            found += [(path, sheet) for sheet in _sheets(path) if sheet.strip().lower() == table]
    return found


def stays_inside(path: Path) -> bool:
    """Return whether a path is no link out of the folder that it is in."""
    return path.resolve().is_relative_to(path.parent.resolve())


def read(path: Path, report: Report, sheet: str | None = None) -> pd.DataFrame | None:
    """Read a table from a file of any format.

    Parameters
    ----------
    path : Path
    report : Report
        Takes what is wrong with the file.
    sheet : str, optional
        Of a workbook; by default its first one.

    Returns
    -------
    DataFrame, or None where it is beyond reading
        Cells of any type; columns in lower case with underscores; the index numbers rows as
        `Problem.row` says.
    """
    file = path.name if sheet is None else f"{path.name}, sheet {sheet}"
    try:
        if (size := _unpacked(path)) > MAX_TABLE_BYTES:
            rule = f"must have at most {MAX_TABLE_BYTES} bytes; use Parquet"
            report.errors.append(Problem(file, rule, value=str(size)))
            return None
        reader = READERS[path.suffix.lower()]
        table = read_workbook(path, report, sheet) if sheet else reader(path, report)
    except Exception as error:  # the readers raise whatever a broken file makes them stumble over
        kind = _KINDS.get(path.suffix.lower(), "a table")
        report.errors.append(Problem(file, f"cannot be read as {kind} ({str(error)[:200]})"))
        return None
    if table is None or table.shape[1] == 0:
        if not any(problem.file == path.name for problem in report.errors):
            report.errors.append(Problem(file, _NO_TABLE))
        return None
    return _named(table, file, report)


def read_workbook(path: Path, report: Report, sheet: str | None = None) -> pd.DataFrame | None:
    """Read a sheet of a workbook; its first row that is not empty names the columns."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that hold no cell
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet is None and len(book.sheetnames) > 1:
            rule = f"has {len(book.sheetnames)} sheets; {book.sheetnames[0]!r} is read"
            report.warnings.append(Problem(path.name, rule))
        page = book[sheet or book.sheetnames[0]]
        page.reset_dimensions()  # some programs write wrong ones
        numbered = enumerate(page.iter_rows(values_only=True), 1)
        rows = {number: row for number, row in numbered if any(map(_filled, row))}
    finally:
        book.close()
    return with_header(pd.DataFrame.from_dict(rows, orient="index", dtype=object))


def _filled(cell: Any) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""


def _sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; none where it is no workbook."""
    try:
        if _unpacked(path) > MAX_TABLE_BYTES:
            return []
        return pd.ExcelFile(path, engine="openpyxl").sheet_names
    except Exception:  # whatever a broken file makes the reader stumble over
        return []


def _unpacked(path: Path) -> int:
    """Return how many bytes a file has, or unpacks to."""
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(entry.file_size for entry in archive.infolist()))
    return size


def _read_old_workbook(path: Path, report: Report) -> None:
    rule = "is a workbook of before 2007; save it as .xlsx or .csv"
    report.errors.append(Problem(path.name, rule))


def _read_parquet(path: Path, report: Report) -> pd.DataFrame:
    """Read Parquet; whole numbers with gaps stay whole."""
    table = pd.read_parquet(path, dtype_backend="numpy_nullable")
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    return table.set_axis(range(1, len(table) + 1))


def _read_json(path: Path, report: Report) -> pd.DataFrame:
    """Read a list of objects."""
    return _records(json.loads(path.read_text(encoding="utf-8-sig")))


def _read_json_lines(path: Path, report: Report) -> pd.DataFrame:
    """Read an object per line."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return _records([json.loads(line) for line in lines if line.strip()])


def _records(records: Any) -> pd.DataFrame:
    if isinstance(records, dict) and len(records) == 1:
        (records,) = records.values()
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError("it must be a list of objects, one for each row")
    columns = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name) for name in columns] for record in records]
    return pd.DataFrame(rows, range(1, len(rows) + 1), columns, dtype=object)


def _named(table: pd.DataFrame, file: str, report: Report) -> pd.DataFrame | None:
    """Name the columns as they are compared; leave out those without a name."""
    names = [_column_name(name) for name in table.columns]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        report.errors.append(Problem(file, "must not name a column twice", column=name))
    for place, name in enumerate(names):
        if not name and any(map(_filled, table.iloc[:, place])):
            rule = f"column {place + 1} has cells and no name; ignored"
            report.warnings.append(Problem(file, rule))
    table = table.set_axis(names, axis=1).loc[:, [bool(name) for name in names]]
    if table.shape[1] == 0:
        report.errors.append(Problem(file, _NO_TABLE))
        return None
    return table.loc[:, ~table.columns.duplicated()]


def _column_name(name: object) -> str:
    """Return a column's name in the form in which it is compared: "Account ID" is account_id."""
    if name is None or name != name:
        return ""
    return re.sub(r"[\s\-]+", "_", str(name).strip("\ufeff ").lower())


#: How each kind of file is read, by its ending; the first that is there is taken.
READERS: dict[str, Callable[[Path, Report], pd.DataFrame | None]] = {
    ".parquet": _read_parquet,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_workbook,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".json": _read_json,
    ".xls": _read_old_workbook,
}
_KINDS = {
    ".parquet": "Parquet",
    ".xlsx": "a workbook",
    ".json": "JSON",
    ".jsonl": "JSON Lines",
    ".ndjson": "JSON Lines",
}

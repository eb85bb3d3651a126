"""One way in for every format: from a file to a table of cells as they stand there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from morning.errors import Problem, Report
from morning.guard import REFUSED, closed, content, reason
from morning.guard.tables import MAX_COLUMNS, parquet_batches, read_parquet
from morning.reading.delimited import read_delimited, with_header
from morning.reading.workbook import filled, sheet_rows, workbook

#: A JSON document takes some ten times its size in memory; lines of one are read one by one.
_MAX_JSON = 1 << 28
#: Columns of Parquet in which a gap makes no number of another kind.
_WHOLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
#: The escape of half a character.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
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
    files = sorted(path for path in folder.iterdir() if not path.is_dir())
    named = {path.suffix.lower(): path for path in reversed(files) if path.stem.lower() == table}
    found: list[tuple[Path, str | None]] = [
        (named[suffix], None) for suffix in READERS if suffix in named
    ]
    for path in files:
        workbook = path.suffix.lower() == ".xlsx" and path.stem.lower() != table
        if workbook and not closed(path, folder):
            found += [(path, sheet) for sheet in _sheets(path) if sheet.strip().lower() == table]
    return found


def read(
    path: Path, report: Report, sheet: str | None = None, root: Path | None = None
) -> pd.DataFrame | None:
    """Read a table from a file of any format.

    Parameters
    ----------
    path : Path
    report : Report
        Takes what is wrong with the file.
    sheet : str, optional
        Of a workbook; by default its first one.
    root : Path, optional
        Folder that the file must lie in, also through links.

    Returns
    -------
    DataFrame, or None where it is beyond reading
        Cells of any type; columns in lower case with underscores; the index numbers rows as
        `Problem.row` says.
    """
    file = path.name if sheet is None else f"{path.name}, sheet {sheet}"
    if rule := closed(path, root):
        report.errors.append(Problem(file, rule))
        return None
    try:
        reader = READERS[path.suffix.lower()]
        table = read_workbook(path, report, sheet) if sheet else reader(path, report)
    except REFUSED as error:
        kind = _KINDS.get(path.suffix.lower(), "a table")
        why = reason(error.__cause__ or error)
        report.errors.append(Problem(file, f"cannot be read as {kind} ({why})"))
        return None
    if table is None or table.shape[1] == 0:
        if not any(problem.file == path.name for problem in report.errors):
            report.errors.append(Problem(file, _NO_TABLE))
        return None
    return _named(table, file, report)


def partitions(folder: Path, table: str) -> list[Path]:
    """Return the Parquet files of a table that is a folder of its name, in order; or none."""
    homes = [path for path in folder.iterdir() if path.name.lower() == table and path.is_dir()]
    found = [path for home in homes for path in home.rglob("*") if path.suffix.lower() == _PARQUET]
    hidden = (".", "_")  # what writers have left unfinished, and what they keep for themselves
    return sorted(
        path
        for path in found
        if not any(part.startswith(hidden) for part in path.relative_to(folder).parts)
    )


def read_batches(path: Path, report: Report, root: Path) -> Iterator[pd.DataFrame]:
    """Yield a Parquet file some ten thousand rows at a time; see `read`."""
    file, row = path.relative_to(root).as_posix(), 1
    try:
        for batch in parquet_batches(path, root):
            table = batch.to_pandas(types_mapper=_WHOLE.get, ignore_metadata=True)
            named = _named(_without_index(table, row), file, report)
            if named is None:
                return
            yield named
            row += len(table)
    except REFUSED as error:
        why = reason(error.__cause__ or error)
        report.errors.append(Problem(file, f"cannot be read as Parquet ({why})"))


def read_workbook(path: Path, report: Report, sheet: str | None = None) -> pd.DataFrame | None:
    """Read a sheet of a workbook; its first row that is not empty names the columns."""
    with workbook(path) as book:
        names = book.sheetnames
        if sheet is None and len(names) > 1:
            rule = f"has {len(names)} sheets; {names[0]!r} is read"
            report.warnings.append(Problem(path.name, rule))
        rows = dict(sheet_rows(book, sheet))
    return with_header(pd.DataFrame.from_dict(rows, orient="index", dtype=object))


def _sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; none where it is no workbook."""
    try:
        with workbook(path) as book:
            return list(book.sheetnames)
    except REFUSED:
        return []


def _read_old_workbook(path: Path, report: Report) -> None:
    rule = "is a workbook of before 2007; save it as .xlsx or .csv"
    report.errors.append(Problem(path.name, rule))


def _read_parquet(path: Path, report: Report) -> pd.DataFrame:
    """Read Parquet; whole numbers with gaps stay whole, an index is a column if it has a name.

    What pandas wrote of its own beside the table is not needed, and may be about another one.
    """
    table = read_parquet(
        path, dtype_backend="numpy_nullable", to_pandas_kwargs={"ignore_metadata": True}
    )
    return _without_index(table)


def _without_index(table: pd.DataFrame, first: int = 1) -> pd.DataFrame:
    """Leave out an index of pandas without a name, and number the rows."""
    unnamed = [name for name in table.columns if re.fullmatch(r"__index_level_\d+__", str(name))]
    return table.drop(columns=unnamed).set_axis(range(first, first + len(table)))


def _read_json(path: Path, report: Report) -> pd.DataFrame:
    """Read a list of objects."""
    return _records(decoded_json(content(path, most=_MAX_JSON).decode("utf-8-sig")))


def _read_json_lines(path: Path, report: Report) -> pd.DataFrame:
    """Read an object per line."""
    lines = content(path).decode("utf-8-sig").split("\n")
    return _records([decoded_json(line) for line in lines if line.strip()])


def decoded_json(text: str) -> Any:
    """Return what JSON of anyone says; halves of characters, as cut texts have, become "?"."""
    value = json.loads(text)
    if _HALF.search(text):
        whole = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        value = json.loads(whole)
    return value


def _records(records: Any) -> pd.DataFrame:
    if isinstance(records, dict) and len(records) == 1:
        (records,) = records.values()
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError("it must be a list of objects, one for each row")
    columns = list(dict.fromkeys(name for record in records for name in record))
    if len(columns) > MAX_COLUMNS:
        raise ValueError(f"it has {len(columns):,} columns, more than {MAX_COLUMNS:,}")
    rows = [[record.get(name) for name in columns] for record in records]
    return pd.DataFrame(rows, range(1, len(rows) + 1), columns, dtype=object)


def _named(table: pd.DataFrame, file: str, report: Report) -> pd.DataFrame | None:
    """Name the columns as they are compared; leave out those without a name."""
    names = [_column_name(name) for name in table.columns]
    for name in sorted(name for name, count in Counter(names).items() if name and count > 1):
        report.errors.append(Problem(file, "must not name a column twice", column=name))
    for place, name in enumerate(names):
        if not name and any(map(filled, table.iloc[:, place])):
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


_PARQUET = ".parquet"
#: How each kind of file is read, by its ending; the first that is there is taken.
READERS: dict[str, Callable[[Path, Report], pd.DataFrame | None]] = {
    _PARQUET: _read_parquet,
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

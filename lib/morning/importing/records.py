"""Records of export files: JSON, JSON Lines, compressed or not, and tables of any format."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from morning.errors import MorningError, Report
from morning.guard import closed, content, readable
from morning.guard.zips import most_unpacked
from morning.reading.files import READERS, decoded_json, read

Record = dict[str, Any]

#: Bytes that unpacking may take; xz itself takes 64 MiB at its highest level.
_MOST_MEMORY = 1 << 28
_JSON = (".json", ".jsonl", ".ndjson", ".json.xz")


def files_of(path: Path) -> list[Path]:
    """Return the files that may hold records: the file itself, or all below a folder, sorted.

    Raises
    ------
    MorningError
        If there is no such file or folder.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise MorningError(f"{path} is neither a file nor a folder")
    found = (file for file in path.rglob("*") if not closed(file, path))
    endings = (*_JSON, *(ending for ending in READERS if ending != ".txt"))
    return sorted(file for file in found if file.name.lower().endswith(endings))


def records(path: Path, report: Report) -> Iterator[Record]:
    """Yield the records of one file, each with its values as they stand there.

    Raises
    ------
    MorningError
        If it cannot be read.
    """
    if not path.name.lower().endswith(_JSON):
        table = read(path, report)
        if table is None:
            raise MorningError(str(report.errors[-1]))
        columns = {name: table[name].astype(object) for name in table.columns}
        cells = pd.DataFrame(columns).map(_plain)
        yield from cells.to_dict("records")  # type: ignore[misc]
        return
    with readable(path.name, "JSON"):
        text = _text(path)
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            found: Any = [decoded_json(line) for line in text.split("\n") if line.strip()]
        else:
            found = decoded_json(text)
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(found) == 1 and lists else [found]
    if not isinstance(found, list):
        raise MorningError(f"{path.name}: holds no list of records")
    yield from (record for record in found if isinstance(record, dict))


def at(record: Any, path: str) -> Any:
    """Return what stands at a path such as `owner.username`; of a list, what stands in each.

    None where there is nothing.
    """
    if not path:
        return record
    head, _, rest = path.partition(".")
    if isinstance(record, list):
        return [value for item in record if (value := at(item, path)) is not None]
    if not isinstance(record, dict) or head not in record:
        return None
    return at(record[head], rest)


def _text(path: Path) -> str:
    raw = content(path)
    if path.suffix.lower() == ".xz":
        most = most_unpacked(len(raw))
        unpacking = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
        raw = unpacking.decompress(raw, max_length=most)
        if not unpacking.eof:
            raise ValueError(f"it is cut off, or unpacks to more than {most:,} bytes")
    return raw.decode("utf-8-sig")


def _plain(cell: Any) -> Any:
    return None if cell is None or cell is pd.NA or cell != cell else cell

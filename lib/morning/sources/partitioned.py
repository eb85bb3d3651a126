"""Influencers of a folder that is larger than memory, met in parts.

A table may be a folder of Parquet files instead of a file: `accounts/`, `posts/`, `audiences/`.
They are read some ten thousand rows at a time and never whole. Each row is put with those of the
same accounts, on disk, in two rounds:

1. rows go to the part of their account, told by a hash of its id;
2. the posts that stand for an audience go on from there to the parts of those who have it.

A part then is a Dataset like any other, with all that counts of its accounts, and is encoded as
one. Which audience accounts and which posts stand for an account is chosen on the way, as
`AudienceOptions` chooses: who else is in the folder makes no difference.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from morning import reading
from morning.dataset import (
    ROLES,
    SCHEMAS,
    Dataset,
    Read,
    empty_table,
    read_partitions,
    read_tables,
)
from morning.errors import ContractError, MorningError, Problem, Report
from morning.features.posts import AudienceOptions
from morning.files import PARTIAL
from morning.guard import readable, require
from morning.places import cache_folder
from morning.sources.newcomers import checked_newcomers

log = logging.getLogger(__name__)

#: Rows of all tables in a part, about, before posts go to where they are an audience's.
PART_ROWS = 250_000
_TABLES = ("accounts", "posts", "audiences")
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
_IDS = {"accounts": ["account_id"], "posts": ["post_id", "account_id"]}
#: What rows carry beside their cells: where they were read, and the further columns of accounts.
_FILE, _ROW, _FURTHER = "__file__", "__row__", "__further__"
_ARROW = {"Int64": pa.int64(), "datetime64[ns]": pa.timestamp("ns")}


def is_partitioned(folder: Path) -> bool:
    """Whether a table of a folder is a folder of Parquet files."""
    return folder.is_dir() and any(reading.partitions(folder, name) for name in _TABLES)


def parts(
    folder: Path,
    options: AudienceOptions | None = None,
    base: Path | None = None,
    rows: int = PART_ROWS,
) -> Iterator[Dataset]:
    """Yield all influencers of a folder, some thousand at a time, with all that counts of them.

    Parameters
    ----------
    folder : Path
        With tables as in `morning.sources.newcomers`, each a file or a folder of Parquet files.
    options : AudienceOptions, optional
        How the audience is chosen.
    base : Path, optional
        Folder in which rows lie on their way, some times the bytes of Parquet, as posts are there
        once for every part that they go to; deleted at the end, or by the next `files.held` of that
        folder where this process is killed.
    rows : int
        Of all tables in a part, about.

    Raises
    ------
    MorningError
        If there are no accounts.
    ContractError
        With every violation of a part, or of a file: file, row, column and rule. That a `post_id`
        is unique is checked within a part, an audience account where it is among those chosen.
    """
    if not (reading.partitions(folder, "accounts") or reading.find(folder, "accounts")):
        raise MorningError(
            f"{folder}: has no accounts; add a table of them, or a folder of Parquet"
        )
    base = base or cache_folder("parts")
    base.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=base, prefix=".parts.", suffix=PARTIAL) as work:
        yield from _Spread(folder, Path(work), options or AudienceOptions(), rows).parts()


@dataclass(frozen=True)
class _Spread:
    """The rows of a folder, on their way to their parts."""

    folder: Path
    work: Path
    options: AudienceOptions
    rows: int

    def parts(self) -> Iterator[Dataset]:
        """Yield every part in which there is an influencer."""
        number = self._number()
        for name in _TABLES:
            self._spread(
                name, self._tables(name), lambda table: _parts(table["account_id"], number)
            )
        if (self.work / "audiences").is_dir():
            listed = (self._members(part) for part in range(number))
            self._spread("members", listed, lambda table: _parts(table["audience_id"], number))
            for name in ("accounts", "posts"):
                shown = (self._shown(part, name) for part in range(number))
                self._spread(f"shown_{name}", shown, lambda table: table["owner"].to_numpy())
        for part in tqdm(range(number), "parts", unit="part", leave=False, disable=number < 2):
            found = self._part(part)
            if (found.accounts["role"] != ROLES[-1]).any():
                yield found

    def _number(self) -> int:
        """Return how many parts there are: enough that each is small."""
        paths = [path for name in _TABLES for path in reading.partitions(self.folder, name)]
        for path in paths:
            require(path, self.folder)
        with readable(self.folder, "Parquet"):
            rows = sum(pq.read_metadata(path).num_rows for path in paths)
        return max(1, -(-rows // self.rows))

    def _tables(self, name: str) -> Iterator[pd.DataFrame]:
        """Yield a table as it is read, each row with its place."""
        report, told = Report(), set[tuple[str | None, str]]()
        if reading.partitions(self.folder, name):
            reads = read_partitions(self.folder, name, report)
        else:
            there = read_tables(self.folder, report, frozenset(), only=[name])
            reads = iter(there.values())
        with tqdm(desc=f"reading {name}", unit=" rows", unit_scale=True, leave=False) as bar:
            for read in reads:
                self._say(report, told)
                yield _placed(name, read)
                bar.update(len(read.table))
        self._say(report, told)

    def _say(self, report: Report, told: set[tuple[str | None, str]]) -> None:
        """Log what is odd, where it is met first, and refuse what is wrong."""
        odd = [
            replace(each, also=())
            for each in report.warnings
            if (each.column, each.rule) not in told
        ]
        told |= {(each.column, each.rule) for each in odd}
        Report(warnings=odd).log_warnings(log, self.folder)
        report.warnings.clear()
        if report.errors:
            raise ContractError(str(self.folder), report.errors)

    def _spread(
        self,
        name: str,
        tables: Iterable[pd.DataFrame],
        part_of: Callable[[pd.DataFrame], np.ndarray],
    ) -> None:
        """Write rows, each below the folder of its part."""
        schema, home = _schema(name), self.work / name
        home.mkdir()
        for table in tables:
            if len(table) == 0:
                continue
            part = part_of(table)
            order = np.argsort(part, kind="stable")
            rows = pa.Table.from_pandas(table.iloc[order], schema, preserve_index=False)
            numbers, starts = np.unique(part[order], return_index=True)
            for number, (start, stop) in zip(
                numbers, pairwise([*starts, len(table)]), strict=True
            ):  # opened each time: there may be more parts than files that a process may open
                with (
                    open(home / str(number), "ab") as file,
                    pa.ipc.new_stream(file, schema, options=_PACKED) as stream,
                ):
                    stream.write_table(rows.slice(start, stop - start))

    def _rows_of(self, name: str, part: int) -> pd.DataFrame:
        """Return the rows of a part, in the order in which they were written."""
        path = self.work / name / str(part)
        if not path.is_file():
            return pd.DataFrame()
        tables = []
        with pa.memory_map(str(path)) as file:
            while file.tell() < file.size():
                tables.append(pa.ipc.open_stream(file).read_all())
        whole = {pa.int64(): pd.Int64Dtype()}
        return pa.concat_tables(tables).to_pandas(types_mapper=whole.get)

    def _chosen(self, part: int) -> pd.DataFrame:
        """Return the pairs of a part's accounts and those who stand for their audiences."""
        listed = self._rows_of("audiences", part)
        if listed.empty:
            return listed
        return self.options.members(listed.drop_duplicates(["account_id", "audience_id"]))

    def _members(self, part: int) -> pd.DataFrame:
        """Return who stands for the audiences of a part."""
        chosen = self._chosen(part)
        if chosen.empty:
            return chosen
        return pd.DataFrame({"audience_id": chosen["audience_id"].unique(), "owner": part})

    def _shown(self, part: int, name: str) -> pd.DataFrame:
        """Return rows of audience accounts of a part, once for each other part they go to."""
        wanted, table = self._rows_of("members", part), self._rows_of(name, part)
        if wanted.empty or table.empty:
            return pd.DataFrame()
        wanted = wanted.loc[wanted["owner"] != part, ["audience_id", "owner"]]
        table = table[table["account_id"].isin(wanted["audience_id"])]
        if name == "posts":
            table = self.options.shown(table)
        return table.merge(wanted.set_axis(["account_id", "owner"], axis=1), on="account_id")

    def _part(self, part: int) -> Dataset:
        """Return a part, checked."""
        tables = {"accounts": Read(empty_table("accounts"), "accounts", np.zeros(0, np.int64))}
        for name in _TABLES:
            found = (
                [self._chosen(part)]
                if name == "audiences"
                else [self._rows_of(name, part), self._rows_of(f"shown_{name}", part)]
            )
            if found := [each for each in found if len(each)]:
                tables[name] = _read(name, pd.concat(found, ignore_index=True))
        return checked_newcomers(self.folder, tables, ROLES[1], Report())


def _parts(ids: pd.Series, number: int) -> np.ndarray:
    """Return the part of each account, the same whatever else there is."""
    hashed = pd.util.hash_array(ids.fillna("").to_numpy(dtype=object), categorize=False)
    return (hashed % np.uint64(number)).astype(np.int32)


def _schema(name: str) -> pa.Schema:
    """Return the columns of rows on their way."""
    if name == "members":
        return pa.schema({"audience_id": pa.string(), "owner": pa.int32()})
    columns = SCHEMAS[name.removeprefix("shown_")].columns
    own = {column: _ARROW.get(str(spec.dtype), pa.string()) for column, spec in columns.items()}
    beside = {_FILE: pa.string(), _ROW: pa.int64(), _FURTHER: pa.string()}
    return pa.schema(own | beside)


def _placed(name: str, read: Read) -> pd.DataFrame:
    """Return the rows of a table with their places.

    Raises
    ------
    ContractError
        If a column of ids is not there.
    """
    table, columns = read.table, list(SCHEMAS[name].columns)
    needed = _IDS.get(name, columns)
    if lacking := [column for column in needed if column not in table]:
        rule = "this column is required"
        raise ContractError(read.file, [Problem(read.file, rule, column=c) for c in lacking])
    further = [column for column in table if column not in columns]
    told = None
    if further:
        cells = table[further].astype(object).where(table[further].notna(), None)
        told = [json.dumps(row) for row in cells.to_dict("records")]
    empty = empty_table(name)
    absent = {
        c: pd.Series(index=table.index, dtype=empty[c].dtype) for c in columns if c not in table
    }
    return table.assign(
        **absent,
        **{
            _FILE: read.file,
            _ROW: read.rows,
            _FURTHER: told,
        },
    )


def _read(name: str, rows: pd.DataFrame) -> Read:
    """Return a table of rows with their places."""
    table = rows[list(SCHEMAS[name].columns)]
    told = rows[_FURTHER].fillna("{}")
    if (told != "{}").any():
        further = pd.DataFrame([json.loads(each) for each in told], table.index)
        for column in further:
            table = table.assign(
                **{column: reading.numbers_or_text(further[column], name, Report())}
            )
    places = (rows[column].to_numpy() for column in (_ROW, _FILE))
    return Read(table, name, *places)

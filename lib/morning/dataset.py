"""The Dataset: accounts, posts, audiences and collaborations as four checked tables."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeAlias

import numpy as np
import pandas as pd
import pandera.pandas as pa

from morning import reading
from morning.errors import ContractError, MorningError, Problem, Report, unreported
from morning.files import whole_folder
from morning.reading.column import MISSING, NOBODY, shortened
from morning.roster import Roster

log = logging.getLogger(__name__)

ROLES = ("brand", "influencer", "audience")
SPLITS = ("train", "validation", "test")

_TEXT = pa.Column("str", nullable=True, coerce=True)
#: An optional cell that holds nothing: blank, or a word such as NULL.
_NOTHING = rf"^\s*(?:{'|'.join(map(re.escape, sorted(MISSING)))})?\s*$"
_COUNT = pa.Column(
    "Int64",
    pa.Check.ge(0, error="must not be negative"),
    nullable=True,
    coerce=True,
)


def _identifier(unique: bool = False) -> pa.Column:
    checks = [
        pa.Check.str_length(min_value=1, max_value=256, error="must have 1 to 256 characters"),
        pa.Check.notin(sorted(NOBODY), error="must not be a word for a missing value"),
    ]
    return pa.Column("str", checks, unique=unique, nullable=False, coerce=True)


#: One pandera schema per table; the column order is the stored order.
SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "accounts": pa.DataFrameSchema(
        {
            "account_id": _identifier(),
            "role": pa.Column(
                "str",
                pa.Check.isin(ROLES, error=f"must be one of {', '.join(ROLES)}"),
                coerce=True,
            ),
            "category": _TEXT,
            "biography": _TEXT,
            "followers": _COUNT,
            "split": pa.Column(
                "str",
                pa.Check.isin(SPLITS, error=f"must be empty or one of {', '.join(SPLITS)}"),
                nullable=True,
                coerce=True,
            ),
        }
    ),
    "posts": pa.DataFrameSchema(
        {
            "post_id": _identifier(unique=True),
            "account_id": _identifier(),
            "caption": _TEXT,
            "image": _TEXT,
            "likes": _COUNT,
            "comments": _COUNT,
            "posted_at": pa.Column("datetime64[ns]", nullable=True, coerce=True),
        }
    ),
    "audiences": pa.DataFrameSchema({"account_id": _identifier(), "audience_id": _identifier()}),
    "collaborations": pa.DataFrameSchema(
        {"brand_id": _identifier(), "influencer_id": _identifier()}
    ),
}


#: Tables without which there is no Dataset.
NEEDED = frozenset({"accounts", "collaborations"})

#: Turns cells of any type into those of a column; what is wrong goes into the report.
Converter: TypeAlias = Callable[[pd.Series, str, Report], pd.Series]
#: How the cells of each column are read; the same for a column of the same name in every table.
CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(
        ("account_id", "post_id", "audience_id", "brand_id", "influencer_id"), reading.identifiers
    ),
    "role": partial(reading.words, known=ROLES),
    "split": partial(reading.words, known=SPLITS),
    "category": reading.names,
    **dict.fromkeys(("caption", "biography"), reading.texts),
    "image": reading.pictures,
    **dict.fromkeys(("followers", "likes", "comments"), reading.counts),
    "posted_at": reading.times,
}
#: The same, for some cells of a column that others are read of elsewhere.
IN_PARTS = CONVERTERS | {"posted_at": partial(reading.times, in_parts=True)}
_LISTED = 8


def empty_table(name: str) -> pd.DataFrame:
    """Return table `name` without rows, with the columns and types of its schema."""
    dtypes = {column: str(spec.dtype) for column, spec in SCHEMAS[name].columns.items()}
    return pd.DataFrame({c: pd.Series(dtype=t) for c, t in dtypes.items()})


@dataclass
class Dataset(Roster):
    """Raw posts of brands, influencers and their audiences, with who worked with whom.

    Attributes
    ----------
    accounts : DataFrame
        account_id, role (brand | influencer | audience), category (brands), biography,
        followers, split (brands: train | validation | test).
    posts : DataFrame
        post_id, account_id, caption, image (path below `root`, may be empty), likes,
        comments, posted_at (UTC).
    audiences : DataFrame
        account_id (a brand or influencer), audience_id (an audience account).
    collaborations : DataFrame
        brand_id, influencer_id: the positives.
    root : Path or None
        Folder that the image paths are relative to.
    """

    posts: pd.DataFrame = field(default_factory=lambda: empty_table("posts"))
    audiences: pd.DataFrame = field(default_factory=lambda: empty_table("audiences"))
    root: Path | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the four tables by name."""
        return {name: getattr(self, name) for name in SCHEMAS}

    def validate(self) -> Dataset:
        """Check every table and what they say of one another.

        Returns
        -------
        Dataset
            The same data with columns ordered and typed as the schemas say.

        Raises
        ------
        ContractError
            With every violation: table, row, column and rule.
        """
        checked, problems = self.check()
        if problems:
            raise ContractError(f"Dataset {self.root or ''}".strip(), problems)
        return checked

    def check(self, complete: bool = True) -> tuple[Dataset, list[Problem]]:
        """Return the data as `validate` would, and every violation instead of an exception.

        Parameters
        ----------
        complete : bool
            Whether brands need a category, a split and a collaboration.
        """
        problems: list[Problem] = []
        checked = {n: _conform(n, t, problems) for n, t in self.tables().items()}
        if all(set(SCHEMAS[n].columns) <= set(table.columns) for n, table in checked.items()):
            problems += _relations(checked, complete)
        return Dataset(root=self.root, **checked), problems

    def save(self, folder: str | Path) -> None:
        """Write the four tables as Parquet into a new folder, whole or not at all.

        Pictures are not copied: add them to the folder afterwards.

        Raises
        ------
        MorningError
            If the folder exists and is not empty.
        ContractError
            If the tables break the contract.
        """
        checked, folder = self.validate(), Path(folder)
        if folder.is_dir() and any(folder.iterdir()):
            raise MorningError(f"{folder} is not empty: choose another folder for the Dataset")
        with whole_folder(folder) as temporary:
            for name, table in checked.tables().items():
                table.to_parquet(temporary / f"{name}.parquet", index=False)

    @classmethod
    def load(cls, folder: str | Path) -> Dataset:
        """Read and validate the tables of a folder: Parquet, CSV, a workbook or JSON.

        `morning.sources.load` also looks at the pictures and can split the brands.

        Raises
        ------
        ContractError
            If `accounts` or `collaborations` is missing, or the tables break the contract.
        """
        folder, report = Path(folder), Report()
        tables = read_tables(folder, report)
        if report.errors and not set(tables) >= NEEDED:
            raise ContractError(f"Dataset {folder}", report.errors)
        dataset, problems = cls(
            root=folder, **{n: read.table for n, read in tables.items()}
        ).check()
        report.log_warnings(log, folder)
        if problems := report.errors + unreported(in_files(problems, tables), report.errors):
            raise ContractError(f"Dataset {folder}", problems)
        return dataset


@dataclass(frozen=True, eq=False)
class Read:
    """A table that was read from a file.

    Attributes
    ----------
    table : DataFrame
        Typed as its schema says, rows counted from 0.
    file : str
    rows : int array
        What the file calls each row; see `Problem.row`.
    files : object array, optional
        The file of each row, of a table that was read from several.
    """

    table: pd.DataFrame
    file: str
    rows: np.ndarray
    files: np.ndarray | None = None

    @classmethod
    def joined(cls, name: str, parts: Sequence[Read], report: Report) -> Read:
        """Return the parts of a table, one below the other."""
        rows = np.concatenate([part.rows for part in parts])
        files = np.repeat([part.file for part in parts], [len(part.rows) for part in parts])
        table = pd.concat([part.table for part in parts], ignore_index=True)
        for column in table.columns.difference(list(SCHEMAS[name].columns)):
            table[column] = reading.numbers_or_text(table[column], name, report)
        joined = cls(table, name, rows, files.astype(object))
        if name not in ("audiences", "collaborations"):
            return joined
        again = Report()
        once = _once(table, name, again)
        report.warnings += in_files(again.warnings, {name: joined})
        kept = once.index.to_numpy()
        return cls(once.reset_index(drop=True), name, rows[kept], joined.files[kept])  # type: ignore[index]

    def place(self, row: int) -> tuple[str, int]:
        """Return the file that a row of the table is in, and what is there its number."""
        return self.file if self.files is None else self.files[row], int(self.rows[row])


def read_tables(
    folder: Path,
    report: Report,
    needed: Collection[str] = NEEDED,
    only: Collection[str] = tuple(SCHEMAS),
) -> dict[str, Read]:
    """Read `accounts`, `posts`, `audiences` and `collaborations` of a folder, each if it is there.

    Parameters
    ----------
    folder : Path
    report : Report
        Takes what is wrong with the files and their cells, what was read in a way that their
        owner should know, and what is ignored.
    needed : collection of str
        Tables whose absence is an error.
    only : collection of str
        Tables that are read.

    Returns
    -------
    dict of str to Read
        Whether the tables keep the contract is up to `Dataset.check`.
    """
    tables = {}
    for name in only:
        if parts := list(read_partitions(folder, name, report)):
            tables[name] = Read.joined(name, parts, report)
            continue
        files = reading.find(folder, name)
        if not files:
            if name in needed:
                rule = f"is missing; {_what_is_there(folder)}"
                report.errors.append(Problem(f"{name}.csv", rule))
            continue
        (path, sheet), *ignored = files
        for other, _ in ignored:
            report.warnings.append(Problem(other.name, f"is ignored, since {path.name} is there"))
        raw = reading.read(path, report, sheet, folder)
        if raw is not None:
            file = path.name if sheet is None else f"{path.name}, sheet {sheet}"
            tables[name] = typed(name, raw, file, report)
    return tables


def read_partitions(folder: Path, name: str, report: Report) -> Iterator[Read]:
    """Read a table that is a folder of Parquet, some ten thousand rows at a time.

    Parameters are those of `read_tables`; a table that is a file yields nothing. What no part can
    tell of the whole is left to whoever has it: further columns of accounts are text.
    """
    paths = reading.partitions(folder, name)
    if paths:
        rule = f"is ignored, since the folder {name} is there"
        others = (path for path, _ in reading.find(folder, name))
        report.warnings += [Problem(other.name, rule) for other in others]
    for path in paths:
        for raw in reading.read_batches(path, report, folder):
            file = path.relative_to(folder).as_posix()
            yield typed(name, raw, file, report, IN_PARTS, reading.as_written)


def _what_is_there(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())
    shown = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return f"the folder has {shown or 'no files'}; is this a Dataset?"


def typed(
    name: str,
    raw: pd.DataFrame,
    file: str,
    report: Report,
    known: Mapping[str, Converter] = CONVERTERS,
    further: Converter = reading.numbers_or_text,
) -> Read:
    """Turn cells of any type into those of a table's columns.

    Parameters
    ----------
    name : str
        One of the four tables.
    raw : DataFrame
        The index numbers rows as the file does. Columns of accounts that the schema does not know
        are kept for those who filter by them; those of other tables are named in a warning.
    file : str
        Where it comes from, for the report.
    report : Report
    known, further : functions of cells, file and report
        How cells are read, by column, and those of further columns.
    """
    columns = [column for column in SCHEMAS[name].columns if column in raw]
    others = raw.columns.difference(columns)
    kept = [c for c in others if name == "accounts" and isinstance(c, str) and c.strip()]
    if ignored := ", ".join(map(str, others.difference(kept))):
        report.warnings.append(Problem(file, f"has columns that are not known; ignored: {ignored}"))
    converters = {**known, **dict.fromkeys(kept, further)}
    table = pd.DataFrame(
        {column: converters[column](raw[column], file, report) for column in [*columns, *kept]},
        raw.index,
    )
    if name in ("audiences", "collaborations"):
        table = _once(table, file, report)
    rows = table.index.to_numpy(dtype=np.int64)
    return Read(table.reset_index(drop=True), file, rows)


def _once(table: pd.DataFrame, file: str, report: Report) -> pd.DataFrame:
    """Keep the first of every pair; the others are named in a warning."""
    again = table.duplicated() & table.notna().all(axis=1)
    if again.any():
        (row, value), *also = (
            (int(row), shortened(tuple(pair)))
            for row, pair in zip(table.index[again], table[again].to_numpy(), strict=True)
        )
        rule = "is there more than once; one is kept"
        report.warnings.append(Problem(file, rule, row, None, value, tuple(also)))
    return table[~again]


def in_files(problems: Iterable[Problem], tables: Mapping[str, Read]) -> list[Problem]:
    """Return problems of tables as problems of the files that they were read from."""
    return [
        found
        for problem in problems
        for found in (
            _in_files(problem, tables[problem.file]) if problem.file in tables else [problem]
        )
    ]


def _in_files(problem: Problem, read: Read) -> list[Problem]:
    if problem.row is None:
        return [replace(problem, file=read.file)]
    by_file: dict[str, list[tuple[int, str | None]]] = {}
    for place, value in problem.places():
        file, row = read.place(place)  # type: ignore[arg-type]
        by_file.setdefault(file, []).append((row, value))
    return [
        replace(problem, file=file, row=row, value=value, also=tuple(also))
        for file, ((row, value), *also) in by_file.items()
    ]


def _conform(name: str, table: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Type a table as its schema says; append what is wrong with it to `problems`."""
    schema = SCHEMAS[name]
    missing = [c for c in schema.columns if c not in table.columns]
    required = [c for c in missing if not schema.columns[c].nullable]
    problems += [Problem(name, "this column is required", column=c) for c in required]
    if required:
        return table
    table = table.reset_index(drop=True)
    further = [c for c in table.columns if name == "accounts" and c not in schema.columns]
    table = table.assign(**dict.fromkeys(missing, pd.NA))[[*schema.columns, *further]]
    optional = [c for c, spec in schema.columns.items() if spec.nullable]
    table[optional] = table[optional].replace(_NOTHING, pd.NA, regex=True)
    try:
        return schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        problems += _failures(name, error.failure_cases)
        text = [c for c, spec in schema.columns.items() if str(spec.dtype).startswith("str")]
        return table.astype(dict.fromkeys(text, "str"))


def _failures(name: str, cases: pd.DataFrame) -> list[Problem]:
    """Return what pandera found as problems; a wrong type hides what else it says of a column."""
    kinds = cases["check"].astype("str").str.split("(").str[0]
    mistyped = set(cases.loc[kinds.isin(["coerce_dtype", "dtype"]), "column"])
    problems = []
    for case, kind in zip(cases.itertuples(), kinds, strict=True):
        if case.column in mistyped and kind not in ("coerce_dtype", "dtype"):
            continue
        row = None if pd.isna(case.index) else int(case.index)
        value = None if row is None else shortened(case.failure_case)
        problems.append(Problem(name, _RULES.get(kind, str(case.check)), row, case.column, value))
    return list(dict.fromkeys(problems))


_RULES = {
    "not_nullable": "must not be empty",
    "field_uniqueness": "must be unique",
    "coerce_dtype": "has the wrong type",
    "dtype": "has the wrong type",
}


def _relations(tables: dict[str, pd.DataFrame], complete: bool) -> list[Problem]:
    """Check what the tables say of one another."""
    accounts, posts = tables["accounts"], tables["posts"]
    pairs = tables["collaborations"]
    by_role = {role: set(accounts.loc[accounts["role"] == role, "account_id"]) for role in ROLES}

    problems = []

    def require(name: str, column: str | None, bad: pd.Series, rule: str) -> None:
        rows = np.flatnonzero(bad.to_numpy(dtype=bool))
        if len(rows):
            shown = [None] * len(rows) if column is None else tables[name][column].iloc[rows]
            values = (None if column is None else shortened(value) for value in shown)
            (row, value), *also = zip(map(int, rows), values, strict=True)
            problems.append(Problem(name, rule, row, column, value, tuple(also)))

    names = accounts["account_id"]
    roles = accounts.groupby("account_id")["role"].nunique()
    two_roles = names.isin(roles.index[roles > 1])
    require("accounts", "account_id", two_roles, _TWO_ROLES)
    require("accounts", "account_id", names.notna() & names.duplicated() & ~two_roles, _UNIQUE)
    is_brand = accounts["role"] == "brand"
    nameless = accounts["category"].isna() | (accounts["category"] == "")
    if complete:
        require("accounts", "category", is_brand & nameless, "a brand needs one")
        require("accounts", "split", is_brand & accounts["split"].isna(), "a brand needs one")
    require("posts", "image", ~posts["image"].map(_stays_inside), "must stay in the folder")
    brands, influencers = (by_role[role] for role in ROLES[:2])
    exchanged = pairs["brand_id"].isin(influencers - brands).all() and len(pairs) > 0
    if exchanged and pairs["influencer_id"].isin(brands - influencers).all():
        problems.append(Problem("collaborations", _EXCHANGED))
        pairs = pairs.set_axis(["influencer_id", "brand_id"], axis=1)
    for name, column, roles, rule in _REFERENCES:
        ids = pairs[column] if name == "collaborations" else tables[name][column]
        right = set().union(*(by_role[role] for role in roles)) if roles else set(names)
        wrong = ids.notna() & ~ids.isin(right)
        spelled = wrong & ~ids.isin(names)
        if spelled.any():
            keys = set(names.map(_key, na_action="ignore").dropna())
            spelled &= ids.where(spelled).map(_key, na_action="ignore").isin(keys)
        require(name, column, wrong & ~spelled, rule)
        require(name, column, spelled, rule + _SPELLED)
    for name in ("audiences", "collaborations"):
        table = tables[name]
        require(name, None, table.duplicated() & table.notna().all(axis=1), _UNIQUE)
    lonely = is_brand & ~names.isin(pairs["brand_id"]) & pairs["brand_id"].notna().all()
    if complete:
        require("accounts", "account_id", lonely, "a brand needs at least one collaboration")
    return problems


_UNIQUE = "must be unique"
_TWO_ROLES = "has more than one role; give each role an account_id of its own"
_AUDIENCE = (
    "must be an account of role audience; for an influencer or brand who follows another, add an "
    "audience account with an id of its own, or leave the pair out"
)


_EXCHANGED = "has brands in influencer_id and influencers in brand_id: the columns are exchanged"
_SPELLED = ", where it is spelled otherwise (case, @, space or zeros in front)"
#: What refers to accounts: table, column, the roles that it may refer to (none: any), the rule.
_REFERENCES = (
    ("posts", "account_id", (), "must be in accounts"),
    ("audiences", "account_id", ROLES[:2], "must be a brand or influencer of accounts"),
    ("audiences", "audience_id", ROLES[2:], _AUDIENCE),
    ("collaborations", "brand_id", ROLES[:1], "must be a brand of accounts"),
    ("collaborations", "influencer_id", ROLES[1:2], "must be an influencer of accounts"),
)


def _key(name: str) -> str:
    """Return an identifier in the form in which two spellings of it agree."""
    plain = unicodedata.normalize("NFKC", name).strip().removeprefix("@").casefold()
    return plain.lstrip("0")


def _stays_inside(image: object) -> bool:
    """Whether an image path is empty, or a relative path below the folder."""
    if pd.isna(image) or image == "":
        return True
    text = str(image)
    windows = PureWindowsPath(text)
    if windows.drive or windows.root or PurePosixPath(text).is_absolute():
        return False
    return ".." not in windows.parts and "\0" not in text

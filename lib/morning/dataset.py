"""The Dataset: accounts, posts, audiences and collaborations as four checked tables."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd
import pandera.pandas as pa

from morning.cells import read_csv, shortened, times, whole_numbers
from morning.errors import ContractError, MorningError, Problem, Report
from morning.files import whole_folder
from morning.roster import Roster

log = logging.getLogger(__name__)

ROLES = ("brand", "influencer", "audience")
SPLITS = ("train", "validation", "test")

_TEXT = pa.Column("str", nullable=True, coerce=True)
_COUNT = pa.Column(
    "Int64",
    pa.Check.ge(0, error="must not be negative"),
    nullable=True,
    coerce=True,
)


def _identifier(unique: bool = False) -> pa.Column:
    check = pa.Check.str_length(min_value=1, max_value=256, error="must have 1 to 256 characters")
    return pa.Column("str", check, unique=unique, nullable=False, coerce=True)


#: One pandera schema per table; the column order is the stored order.
SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "accounts": pa.DataFrameSchema(
        {
            "account_id": _identifier(unique=True),
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

    def check(self) -> tuple[Dataset, list[Problem]]:
        """Return the data as `validate` would, and every violation instead of an exception."""
        problems: list[Problem] = []
        checked = {n: _conform(n, t, problems) for n, t in self.tables().items()}
        if all(set(SCHEMAS[n].columns) <= set(table.columns) for n, table in checked.items()):
            problems += _relations(checked)
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
        """Read and validate the tables (Parquet, else CSV) of a folder.

        `morning.sources.load` also looks at the pictures and can split the brands.

        Raises
        ------
        ContractError
            If `accounts` or `collaborations` is missing, or the tables break the contract.
        """
        folder, report = Path(folder), Report()
        tables, files = read_tables(folder, report)
        if report.errors and not {"accounts", "collaborations"} <= set(tables):
            raise ContractError(f"Dataset {folder}", report.errors)
        dataset, problems = cls(root=folder, **tables).check()
        report.log_warnings(log, folder)
        if problems := report.errors + in_files(problems, files):
            raise ContractError(f"Dataset {folder}", problems)
        return dataset


def read_tables(folder: Path, report: Report) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Read `accounts`, `posts`, `audiences` and `collaborations` of a folder, each if it is there.

    Parameters
    ----------
    folder : Path
    report : Report
        Takes what is wrong with the files and with cells that hold no number or time, and what
        is ignored.

    Returns
    -------
    tables : dict of str to DataFrame
        Numbers and times typed; the rest is up to `Dataset.check`.
    files : dict of str to str
        Table -> name of the file that it was read from.
    """
    tables, files = {}, {}
    for name in SCHEMAS:
        present = [f for f in (f"{name}.parquet", f"{name}.csv") if (folder / f).is_file()]
        if not present:
            if name in ("accounts", "collaborations"):
                rule = f"is missing, and so is {name}.parquet; is this a Dataset?"
                report.errors.append(Problem(f"{name}.csv", rule))
            continue
        for ignored in present[1:]:
            report.warnings.append(Problem(ignored, f"is ignored, since {present[0]} is there"))
        table = _read_file(folder / present[0], report)
        if table is not None:
            tables[name] = typed(name, table, present[0], report)
            files[name] = present[0]
    return tables, files


def _read_file(path: Path, report: Report) -> pd.DataFrame | None:
    """Read one table; None where it is beyond reading."""
    if path.suffix == ".csv":
        return read_csv(path, report)
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        report.errors.append(Problem(path.name, f"cannot be read as Parquet ({error})"))
        return None


def typed(name: str, table: pd.DataFrame, file: str, report: Report) -> pd.DataFrame:
    """Turn the text of a table's count and time columns into numbers and times.

    Parameters
    ----------
    name : str
        One of the four tables.
    table : DataFrame
        Columns that the schema does not know are named in a warning.
    file : str
        Where it comes from, for the report.
    report : Report

    Returns
    -------
    DataFrame
    """
    columns = SCHEMAS[name].columns
    table = table.reset_index(drop=True)
    for column in table.columns.difference(list(columns)):
        report.warnings.append(Problem(file, "is not a known column; ignored", column=str(column)))
    convert = {"Int64": whole_numbers, "datetime64[ns]": times}
    for column in table.columns.intersection(list(columns)):
        if table[column].dtype == object and not table[column].map(pd.api.types.is_scalar).all():
            report.errors.append(Problem(file, "must hold single values, not lists", column=column))
            table[column] = pd.Series(pd.NA, index=table.index, dtype="str")
        reader = convert.get(str(columns[column].dtype))
        if reader and pd.api.types.is_string_dtype(table[column]):
            table[column] = reader(table[column], file, report)
    return table


def in_files(problems: Iterable[Problem], files: Mapping[str, str]) -> list[Problem]:
    """Return problems with the file in place of the table's name."""
    return [replace(problem, file=files.get(problem.file, problem.file)) for problem in problems]


def _conform(name: str, table: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Type a table as its schema says; append what is wrong with it to `problems`."""
    schema = SCHEMAS[name]
    missing = [c for c in schema.columns if c not in table.columns]
    required = [c for c in missing if not schema.columns[c].nullable]
    problems += [Problem(name, "this column is required", column=c) for c in required]
    if required:
        return table
    table = table.reset_index(drop=True)
    table = table.assign(**dict.fromkeys(missing, pd.NA))[list(schema.columns)]
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


def _relations(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Check what the tables say of one another."""
    accounts, posts = tables["accounts"], tables["posts"]
    audiences, pairs = tables["audiences"], tables["collaborations"]
    by_role = {role: set(accounts.loc[accounts["role"] == role, "account_id"]) for role in ROLES}
    everyone = set(accounts["account_id"])

    problems = []

    def require(name: str, column: str | None, bad: pd.Series, rule: str) -> None:
        table = tables[name]
        for row in bad.index[bad.to_numpy(dtype=bool)]:
            value = None if column is None else repr(table.loc[row, column])[:60]
            problems.append(Problem(name, rule, int(row), column, value))

    is_brand = accounts["role"] == "brand"
    nameless = accounts["category"].isna() | (accounts["category"] == "")
    require("accounts", "category", is_brand & nameless, "a brand needs one")
    require("accounts", "split", is_brand & accounts["split"].isna(), "a brand needs one")
    require("posts", "account_id", ~posts["account_id"].isin(everyone), "must be in accounts")
    require("posts", "image", ~posts["image"].map(_stays_inside), "must stay in the folder")
    owners = by_role["brand"] | by_role["influencer"]
    require(
        "audiences", "account_id", ~audiences["account_id"].isin(owners), "must be brand/influencer"
    )
    require(
        "audiences",
        "audience_id",
        ~audiences["audience_id"].isin(by_role["audience"]),
        "must be an account with role audience",
    )
    require("audiences", None, audiences.duplicated(), "must be unique")
    require("collaborations", "brand_id", ~pairs["brand_id"].isin(by_role["brand"]), "not a brand")
    require(
        "collaborations",
        "influencer_id",
        ~pairs["influencer_id"].isin(by_role["influencer"]),
        "not an influencer",
    )
    require("collaborations", None, pairs.duplicated(), "must be unique")
    lonely = is_brand & ~accounts["account_id"].isin(pairs["brand_id"])
    require("accounts", "account_id", lonely, "a brand needs at least one collaboration")
    return problems


def _stays_inside(image: object) -> bool:
    """Whether an image path is empty, or a relative path below the folder."""
    if pd.isna(image) or image == "":
        return True
    text = str(image)
    windows = PureWindowsPath(text)
    if windows.drive or windows.root or PurePosixPath(text).is_absolute():
        return False
    return ".." not in windows.parts and "\0" not in text

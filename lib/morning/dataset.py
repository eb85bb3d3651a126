"""The Dataset: accounts, posts, audiences and collaborations as four checked tables."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd
import pandera.pandas as pa

from morning.errors import ContractError, MorningError, Problem
from morning.files import whole_folder

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
                "str", pa.Check.isin(ROLES, error=f"must be one of {', '.join(ROLES)}")
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
            "posted_at": pa.Column("datetime64[us]", nullable=True, coerce=True),
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
class Dataset:
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

    accounts: pd.DataFrame
    collaborations: pd.DataFrame
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
        problems: list[Problem] = []
        checked = {n: _conform(n, t, problems) for n, t in self.tables().items()}
        if not problems:
            problems += _relations(checked)
        if problems:
            raise ContractError(f"Dataset {self.root or ''}".strip(), problems)
        return Dataset(root=self.root, **checked)

    def save(self, folder: str | Path) -> None:
        """Write the four tables as Parquet into a new folder, whole or not at all.

        Pictures are not copied; write them into `folder` first or keep `root`.
        """
        checked = self.validate()
        with whole_folder(folder) as temporary:
            for name, table in checked.tables().items():
                table.to_parquet(temporary / f"{name}.parquet", index=False)

    @classmethod
    def load(cls, folder: str | Path) -> Dataset:
        """Read and validate the tables (Parquet, else CSV) of a folder.

        Raises
        ------
        MorningError
            If `accounts` or `collaborations` is missing.
        ContractError
            If the tables break the contract.
        """
        folder = Path(folder)
        tables = {name: read_table(folder, name) for name in SCHEMAS}
        for name in ("accounts", "collaborations"):
            if tables[name] is None:
                raise MorningError(f"{folder}: no {name}.parquet or {name}.csv; is it a Dataset?")
        found = {name: table for name, table in tables.items() if table is not None}
        return cls(root=folder, **found).validate()


def read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """Read `name`.parquet or `name`.csv of a folder; None where neither is there."""
    if (path := folder / f"{name}.parquet").is_file():
        return pd.read_parquet(path)
    if (path := folder / f"{name}.csv").is_file():
        return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    return None


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
        for case in error.failure_cases.itertuples():
            row = None if pd.isna(case.index) else int(case.index)
            rule = _RULES.get(str(case.check).split("(")[0], str(case.check))
            problems.append(Problem(name, rule, row, case.column, repr(case.failure_case)[:60]))
        return table


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
    require("accounts", "category", is_brand & accounts["category"].isna(), "a brand needs one")
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
    """Whether an image path is empty, or relative and below the folder."""
    if pd.isna(image) or image == "":
        return True
    text = str(image)
    windows = PureWindowsPath(text)
    if windows.drive or windows.root or PurePosixPath(text).is_absolute():
        return False
    return ".." not in windows.parts

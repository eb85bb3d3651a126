"""A user's own Dataset: a folder of tables (CSV, Parquet, workbook, JSON) beside pictures.

Four tables, of which `accounts` and `collaborations` are needed:

========================  ========================================================================
accounts                  account_id, role (brand, influencer or audience), category (brands),
                          biography, followers, split (brands: train, validation or test)
posts                     post_id, account_id, caption, image (path below the folder), likes,
                          comments, posted_at
audiences                 account_id (a brand or influencer), audience_id
collaborations            brand_id, influencer_id
========================  ========================================================================

A table may be a folder of Parquet files. How cells may be written is said in `morning.reading`:
`counts`, `times`, `identifiers`, `texts`.
Without any `split`, a fifth of each category's brands is set aside for testing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from morning.dataset import NEEDED, Dataset, in_files, read_tables
from morning.errors import Problem, Report, counted, unreported
from morning.sources.findings import check_pictures, oddities

_TEST_SHARE = 0.2
_SPLIT_SEED = 0


def inspect(folder: Path) -> tuple[Dataset | None, Report]:
    """Read a Dataset folder; return what could be read and all findings."""
    report = Report()
    tables = read_tables(folder, report)
    if not set(tables) >= NEEDED:
        return None, report
    for name in ("posts", "audiences"):
        if name not in tables:
            report.warnings.append(Problem(f"{name}.csv", "is not there; done without"))
    read = {name: each.table for name, each in tables.items()}
    read["accounts"] = _split_if_needed(read["accounts"], tables["accounts"].file, report)
    dataset, problems = Dataset(root=folder, **read).check()
    report.errors += unreported(in_files(problems, tables), report.errors)
    if {"account_id", "role"} <= set(dataset.accounts.columns):
        report.warnings += in_files(oddities(dataset), tables)
    if "image" in dataset.posts and "posts" in tables:
        check_pictures(folder, dataset.posts["image"], tables["posts"], report)
    report.errors.sort(key=lambda p: (p.file, -1 if p.row is None else p.row))
    return dataset, report


def _split_if_needed(accounts: pd.DataFrame, file: str, report: Report) -> pd.DataFrame:
    """Split the brands where no account has a split."""
    if not {"account_id", "role", "category"} <= set(accounts.columns):
        return accounts
    if "split" in accounts and accounts["split"].notna().any():
        return accounts
    brands = accounts[accounts["role"] == "brand"].sort_values("account_id")
    test = _test_brands(brands)
    split = pd.Series(pd.NA, index=accounts.index, dtype="str")
    split[brands.index] = "train"
    split[test] = "test"
    if len(brands):
        aside = f"{len(test)} of {counted(len(brands), 'brand')} set aside for testing (seed 0)"
        report.warnings.append(Problem(file, f"is empty; {aside}", column="split"))
    return accounts.assign(split=split)


def _test_brands(brands: pd.DataFrame) -> list[int]:
    """Choose a fifth of each category's brands, at least one where a category has two.

    Where every category has a single brand, a fifth of all brands.
    """
    rng = np.random.default_rng(_SPLIT_SEED)
    groups = [np.array(rows.index) for _, rows in brands.groupby("category", dropna=False)]
    if all(len(rows) < 2 for rows in groups):
        groups = [np.array(brands.index)]
    chosen: list[int] = []
    for rows in groups:
        n = min(len(rows) - 1, max(1, round(_TEST_SHARE * len(rows))))
        chosen += rng.permutation(rows)[: max(n, 0)].tolist()
    return chosen

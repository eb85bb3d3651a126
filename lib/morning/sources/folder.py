"""A user's own Dataset: a folder of CSV or Parquet tables beside pictures.

Four tables, of which `accounts` and `collaborations` are needed:

========================  ========================================================================
accounts                  account_id, role (brand, influencer or audience), category (brands),
                          biography, followers, split (brands: train, validation or test)
posts                     post_id, account_id, caption, image (path below the folder), likes,
                          comments, posted_at
audiences                 account_id (a brand or influencer), audience_id
collaborations            brand_id, influencer_id
========================  ========================================================================

Numbers may be written "1,234"; how times may be written is said at `morning.cells.times`.
Without any `split`, a fifth of each category's brands is set aside for testing.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from morning.cells import Report, shortened
from morning.dataset import SCHEMAS, Dataset, in_files, read_tables
from morning.errors import ContractError, MorningError, Problem
from morning.features.featureset import FeatureSet, is_feature_set
from morning.files import whole_folder
from morning.sources import demo

log = logging.getLogger(__name__)

_TEST_SHARE = 0.2
_SPLIT_SEED = 0
_LISTED = 5


def load(folder: str | Path) -> Dataset:
    """Read a user's Dataset.

    Warnings are logged: missing pictures, accounts without posts, columns that are ignored, how
    brands were split.

    Raises
    ------
    ContractError
        With every violation: file, row, column and rule.
    """
    dataset, report = _inspect(Path(folder))
    report.log_warnings(log, folder)
    if dataset is None or not report.ok:
        raise ContractError(f"Dataset {folder}", report.errors)
    return dataset


def check(folder: str | Path) -> Report:
    """Return everything that is wrong or odd with a Dataset or FeatureSet folder.

    Bad content never raises.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return Report(errors=[Problem(str(folder), "is not a folder")])
    if is_feature_set(folder):
        return _check_features(folder)
    return _inspect(folder)[1]


def _check_features(folder: Path) -> Report:
    """Return what is wrong with a FeatureSet folder."""
    try:
        FeatureSet.load(folder)
    except ContractError as error:
        return Report(errors=error.problems)
    except (MorningError, OSError, ValueError, TypeError, KeyError) as error:
        return Report(errors=[Problem(folder.name, str(error))])
    return Report()


def _inspect(folder: Path) -> tuple[Dataset | None, Report]:
    """Read a Dataset folder; return what could be read and all findings."""
    report = Report()
    tables, files = read_tables(folder, report)
    if not {"accounts", "collaborations"} <= set(tables):
        return None, report
    for name in ("posts", "audiences"):
        if name not in tables:
            report.warnings.append(Problem(f"{name}.csv", "is not there; done without"))
    accounts = _split_if_needed(tables["accounts"], files["accounts"], report)
    dataset, problems = Dataset(root=folder, **{**tables, "accounts": accounts}).check()
    report.errors += in_files(problems, files)
    if {"account_id", "role"} <= set(dataset.accounts.columns):
        report.warnings += in_files(_oddities(dataset), files)
    if "image" in dataset.posts:
        check_pictures(folder, dataset.posts["image"], files.get("posts", "posts"), report)
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
    rule = f"is empty; {len(test)} of {len(brands)} brands were set aside for testing (seed 0)"
    report.warnings.append(Problem(file, rule, column="split"))
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


def _oddities(dataset: Dataset) -> Iterator[Problem]:
    """Yield what a Dataset may have but its owner should know."""
    accounts, posts = dataset.accounts, dataset.posts
    if len(posts) and "account_id" in posts:
        silent = ~accounts["account_id"].isin(posts["account_id"])
        for role in ("brand", "influencer", "audience"):
            names = accounts.loc[silent & (accounts["role"] == role), "account_id"]
            if len(names):
                yield Problem("accounts", f"{len(names)} {role}(s) have no posts: {_some(names)}")
    for role in ("brand", "influencer"):
        if not (accounts["role"] == role).any():
            yield Problem("accounts", f"there is no {role}")
    if not {"category", "split"} <= set(accounts.columns):
        return
    brands = accounts[accounts["role"] == "brand"]
    sizes = brands["category"].value_counts()
    for category in sorted(sizes.index[sizes == 1].astype(str)):
        rule = f"category {category!r} has one brand, so it cannot be both trained and tested"
        yield Problem("accounts", rule, column="category")
    for split in ("train", "test"):
        if len(brands) and not (brands["split"] == split).any():
            yield Problem("accounts", f"no brand has the split {split!r}", column="split")


def _some(names: pd.Series) -> str:
    """Return the first few names, comma-separated."""
    return ", ".join(map(str, names[:_LISTED])) + (", …" if len(names) > _LISTED else "")


def check_pictures(folder: Path, images: pd.Series, file: str, report: Report) -> None:
    """Report pictures that leave the folder (errors) or are not there (warnings).

    Parameters
    ----------
    folder : Path
    images : Series of str
        Paths below the folder; missing or empty where a post has no picture.
    file : str
        Table that they come from, for the report.
    report : Report
        Rows that it already has an error about their image for are left alone.
    """
    root = folder.resolve()
    known = {problem.row for problem in report.errors if problem.column == "image"}
    for row, image in images[images.notna() & (images != "")].items():
        problem = Problem(file, "", int(str(row)), "image", shortened(image))
        try:
            path = (root / str(image)).resolve()
            inside, size = (
                path.is_relative_to(root),
                path.stat().st_size if path.is_file() else None,
            )
        except (OSError, ValueError, RuntimeError):
            report.errors.append(replace(problem, rule="must be a path"))
            continue
        if not inside:
            if problem.row not in known:
                rule = "must stay in the folder, also through links"
                report.errors.append(replace(problem, rule=rule))
        elif size is None:
            report.warnings.append(replace(problem, rule="this picture is not there"))
        elif size == 0:
            report.warnings.append(replace(problem, rule="this picture is an empty file"))


def sample(folder: str | Path) -> None:
    """Write a tiny sample Dataset: 5 brands and 12 influencers in CSV, PNG and JPEG pictures.

    It shows what may be left out: there is no split, some posts have no picture and some no
    caption, and one caption has a line end in it.

    Raises
    ------
    MorningError
        If the folder is there and not empty.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MorningError(f"{folder}: is not empty; choose another folder")
    with tempfile.TemporaryDirectory() as scratch, whole_folder(folder) as temporary:
        world = demo.generate(
            Path(scratch) / "world", brands=5, influencers=12, posts=2, audience=1, audience_posts=1
        )
        posts = world.posts.copy()
        posts["image"] = [
            _sample_picture(Path(scratch) / "world", temporary, k, image)
            for k, image in enumerate(posts["image"])
        ]
        posts.loc[::7, "caption"] = pd.NA
        posts.loc[1, "caption"] = posts.loc[1, "caption"] + "\nNew collection, out now."
        tables = {**world.tables(), "posts": posts}
        tables["accounts"] = tables["accounts"].drop(columns="split")
        for name in SCHEMAS:
            tables[name].to_csv(temporary / f"{name}.csv", index=False)


def _sample_picture(source: Path, target: Path, k: int, image: str) -> str | None:
    """Copy a picture into the sample, as PNG or JPEG; leave every fifth out."""
    if k % 5 == 4:
        return None
    name = f"pictures/{Path(image).stem}.{'png' if k % 2 else 'jpg'}"
    (target / "pictures").mkdir(exist_ok=True)
    with Image.open(source / image) as picture:
        picture.save(target / name)
    return name

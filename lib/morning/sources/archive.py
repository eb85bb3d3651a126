"""Importer for the spreadsheets of the authors' post archive.

The archive itself is not public here. What is read below follows the description that the authors
published with it (the README of the brand–micro-influencer dataset: columns of the two post tables)
and the pair lists that are public; where that says nothing, in the biography and audience tables,
the layout is our own. A folder holds, each as .xlsx:

==========================  ======================================================================
brand_posts                 Brand, Post id, text, timestamp, #comments, #likes [, picture]
influencer_posts            Brand, Micro-influencer, Post id, text, timestamp, #comments, #likes
                            [, picture]
brand_biographies           Brand, category, biography, followers
influencer_biographies      Micro-influencer, biography, followers
audience_posts              Account, Audience, Post id, text, timestamp, #comments, #likes
                            [, picture]
pre_dataset_train,          no header: brand, influencer, competence score, number of the
pre_dataset_test            influencer, rank of the influencer within the brand (1 is the highest
                            score)
pictures/                   ``<Post id>.jpg``, ``.jpeg`` or ``.png``, unless a column `picture`
                            gives the path below the folder
==========================  ======================================================================

Only the pair lists and `brand_biographies` are required. `Brand` in `influencer_posts` is the brand
that the influencer is paired with, so the posts of an influencer of several brands are there
several times; the first block is kept. Handles are compared in lower case and without a leading @.
A brand in both pair lists (the public ones have one) is refused, since it would be both
trained and tested on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from morning.dataset import SCHEMAS, Dataset, Read, in_files, typed
from morning.errors import Problem, Report
from morning.guard import REFUSED, closed, reason
from morning.reading.column import cell_text, shortened
from morning.reading.handles import handle
from morning.reading.workbook import filled, sheet_rows, workbook
from morning.sources.findings import check_pictures

_POST_COLUMNS = {
    "post id": "post_id",
    "text": "caption",
    "timestamp": "posted_at",
    "#comments": "comments",
    "#likes": "likes",
}
_PAIR_COLUMNS = ["brand_id", "influencer_id", "score", "number", "rank"]
_PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png")
#: Table -> the columns that it must have.
LAYOUT: dict[str, list[str]] = {
    "brand_biographies": ["brand", "category", "biography", "followers"],
    "influencer_biographies": ["micro-influencer", "biography", "followers"],
    "brand_posts": ["brand", *_POST_COLUMNS],
    "influencer_posts": ["brand", "micro-influencer", *_POST_COLUMNS],
    "audience_posts": ["account", "audience", *_POST_COLUMNS],
}
_REQUIRED = ("brand_biographies", "pre_dataset_train", "pre_dataset_test")
_HANDLES = ("brand", "micro-influencer", "account", "audience")


def recognises(folder: Path) -> bool:
    """Whether a folder holds any of the spreadsheets that an archive must have."""
    return any(_file(folder, name) for name in _REQUIRED)


def inspect(folder: Path) -> tuple[Dataset | None, Report]:
    """Read an archive folder; return what could be read and all findings.

    Brands of `pre_dataset_train` have the split train, those of `pre_dataset_test` test. What is
    missing but can be done without (pictures, posts, biographies) is a warning.
    """
    report = Report()
    sheets = _read_sheets(folder, report)
    if any(name not in sheets for name in _REQUIRED):
        return None, report
    pairs = _pairs(sheets, report)
    posts, audiences = _posts(folder, sheets, report)
    accounts = _accounts(sheets, pairs, posts, audiences, report)
    tables = {
        "accounts": accounts,
        "posts": posts,
        "audiences": audiences,
        "collaborations": pairs[["brand_id", "influencer_id"]],
    }
    dataset, problems = Dataset(root=folder, **tables).check()
    read = {
        name: Read(table, f"{name} (as read from the archive)", np.arange(len(table)))
        for name, table in tables.items()
    }
    report.errors += in_files(problems, read)
    check_pictures(folder, dataset.posts["image"], read["posts"], report)
    return dataset, report


def _file(folder: Path, name: str) -> Path | None:
    """Return the spreadsheet of that name, if it is there."""
    paths = (folder / f"{name}.xlsx", folder / f"{name}.xls")
    return next((path for path in paths if path.is_file()), None)


def _read_sheets(folder: Path, report: Report) -> dict[str, pd.DataFrame]:
    """Read every spreadsheet that is there as text."""
    sheets = {}
    for name in (*LAYOUT, "pre_dataset_train", "pre_dataset_test"):
        if found := _file(folder, name):
            sheet = _read_sheet(found, name, report)
            if sheet is not None:
                sheets[name] = sheet
        elif name in _REQUIRED:
            report.errors.append(Problem(f"{name}.xlsx", "is missing; see morning.sources.archive"))
        else:
            report.warnings.append(Problem(f"{name}.xlsx", "is not there; done without"))
    return sheets


def _read_sheet(path: Path, name: str, report: Report) -> pd.DataFrame | None:
    """Read one spreadsheet as text, with its columns checked; None where it is beyond use."""
    if rule := closed(path, path.parent):
        report.errors.append(Problem(path.name, rule))
        return None
    try:
        sheet = _cells(path)
    except REFUSED as error:
        rule = f"cannot be read as a spreadsheet ({reason(error)}); save it as .xlsx"
        report.errors.append(Problem(path.name, rule))
        return None
    if name not in LAYOUT:
        if sheet.shape[1] < 2:
            report.errors.append(Problem(path.name, "must have the columns brand and influencer"))
            return None
        sheet = sheet.iloc[:, : len(_PAIR_COLUMNS)]
        sheet.columns = _PAIR_COLUMNS[: sheet.shape[1]]
        for column in ("brand_id", "influencer_id"):
            sheet[column] = _handles(sheet[column])
        return sheet
    head, sheet = sheet.iloc[:1], sheet.iloc[1:]
    sheet.columns = [str(column).strip().lower() for column in head.to_numpy().ravel()]
    missing = [column for column in LAYOUT[name] if column not in sheet]
    if missing or sheet.columns.has_duplicates:
        rule = f"must have each of the columns {', '.join(LAYOUT[name])} once"
        report.errors.append(Problem(path.name, rule, value=", ".join(missing) or None))
        return None
    for column in sheet.columns.intersection(list(_HANDLES)):
        sheet[column] = _handles(sheet[column])
        for row in sheet.index[sheet[column].isna()]:
            report.errors.append(Problem(path.name, "must not be empty", int(row), column))
    return sheet


def _cells(path: Path) -> pd.DataFrame:
    """Return the cells of a spreadsheet as text, rows numbered as it does; missing where empty."""
    with workbook(path) as book:
        rows = {
            number: [cell_text(cell) if filled(cell) else None for cell in row]
            for number, row in sheet_rows(book)
        }
    return pd.DataFrame.from_dict(rows, orient="index", dtype="str")


def _handles(values: pd.Series) -> pd.Series:
    """Return handles in the form in which they are compared."""
    return values.map(handle, na_action="ignore").astype("str").replace("", pd.NA)


def _pairs(sheets: dict[str, pd.DataFrame], report: Report) -> pd.DataFrame:
    """Join the two pair lists; report what contradicts itself."""
    lists = []
    for split in ("train", "test"):
        pairs = sheets[f"pre_dataset_{split}"].assign(split=split)
        file = f"pre_dataset_{split}.xlsx"
        for column in ("brand_id", "influencer_id"):
            for row in pairs.index[pairs[column].isna()]:
                report.errors.append(Problem(file, "must not be empty", int(row), column))
        for row in pairs.index[pairs.duplicated(["brand_id", "influencer_id"])]:
            value = shortened(tuple(pairs.loc[row, ["brand_id", "influencer_id"]]))
            report.errors.append(Problem(file, "this pair is there twice", int(row), value=value))
        lists.append(pairs)
    train, test = lists
    for brand in sorted(set(train["brand_id"].dropna()) & set(test["brand_id"].dropna())):
        row = int(test.index[test["brand_id"] == brand][0])
        rule = "is in pre_dataset_train too; remove it from one of the two"
        report.errors.append(Problem("pre_dataset_test.xlsx", rule, row, "brand_id", repr(brand)))
    both = pd.concat(lists, ignore_index=True)
    return both.dropna(subset=["brand_id", "influencer_id"]).drop_duplicates(
        ["brand_id", "influencer_id"], ignore_index=True
    )


def _posts(
    folder: Path, sheets: dict[str, pd.DataFrame], report: Report
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `posts` and `audiences`."""
    parts, audiences = [], pd.DataFrame({"account_id": [], "audience_id": []}, dtype="str")
    owners = {
        "brand_posts": "brand",
        "influencer_posts": "micro-influencer",
        "audience_posts": "audience",
    }
    for name, owner in owners.items():
        if name not in sheets:
            continue
        sheet, file = sheets[name], f"{name}.xlsx"
        if name == "audience_posts":
            audiences = sheet[["account", "audience"]].drop_duplicates(ignore_index=True)
            audiences.columns = ["account_id", "audience_id"]
        wanted = {owner: "account_id", **_POST_COLUMNS}
        table = sheet[list(wanted)].rename(columns=wanted)
        table["image"] = _pictures(folder, sheet, file, report)
        table = typed("posts", table, file, report).table
        if name == "influencer_posts":
            table = table[_in_first_block(sheet, file, report).to_numpy()]
        parts.append(table)
    if not parts:
        return pd.DataFrame({column: [] for column in SCHEMAS["posts"].columns}), audiences
    return pd.concat(parts, ignore_index=True), audiences


def _in_first_block(sheet: pd.DataFrame, file: str, report: Report) -> pd.Series:
    """Whether each post is listed under the first brand that its influencer is listed with."""
    first = sheet.groupby("micro-influencer")["brand"].transform("first")
    kept = (sheet["brand"] == first) | sheet["micro-influencer"].isna()
    if dropped := int((~kept).sum()):
        rule = f"{dropped} posts of influencers of several brands are repeated; the first are kept"
        report.warnings.append(Problem(file, rule))
    return kept


def _pictures(folder: Path, sheet: pd.DataFrame, file: str, report: Report) -> pd.Series:
    """Return the path of each post's picture below the folder, missing where there is none."""
    if "picture" in sheet:
        return sheet["picture"]
    stored = {p.name for p in (folder / "pictures").glob("*") if p.suffix in _PICTURE_SUFFIXES}
    by_post = {Path(name).stem: f"pictures/{name}" for name in sorted(stored, reverse=True)}
    images = sheet["post id"].map(by_post).astype("str")
    if missing := int(images.isna().sum()):
        rule = f"{missing} of {len(images)} posts have no picture in pictures/"
        report.warnings.append(Problem(file, rule))
    return images


def _accounts(
    sheets: dict[str, pd.DataFrame],
    pairs: pd.DataFrame,
    posts: pd.DataFrame,
    audiences: pd.DataFrame,
    report: Report,
) -> pd.DataFrame:
    """Return the table `accounts`: every account with a biography, a pair or posts."""
    splits = dict(zip(pairs["brand_id"], pairs["split"], strict=True))
    brands = sheets["brand_biographies"].rename(columns={"brand": "account_id"})
    brands["category"] = brands["category"].str.strip().str.lower()
    brands = brands.assign(role="brand", split=brands["account_id"].map(splits))
    for row in brands.index[~brands["account_id"].isin(list(splits))]:
        value = shortened(brands.loc[row, "account_id"])
        rule = "is in no pair list"
        report.errors.append(Problem("brand_biographies.xlsx", rule, int(row), "brand", value))
    for brand in sorted(set(splits) - set(brands["account_id"])):
        report.errors.append(Problem("brand_biographies.xlsx", f"must have a row for {brand!r}"))
    parts = [_as_accounts(brands, "brand_biographies.xlsx", report)]

    if "influencer_biographies" in sheets:
        found = sheets["influencer_biographies"].rename(columns={"micro-influencer": "account_id"})
        influencers = found.assign(role="influencer")
        parts.append(_as_accounts(influencers, "influencer_biographies.xlsx", report))
    known = set(pd.concat(parts)["account_id"])
    others = {
        "influencer": [pairs["influencer_id"], _owners(sheets, "influencer_posts")],
        "audience": [audiences["audience_id"]],
    }
    for role, columns in others.items():
        names = sorted(set(pd.concat(columns).dropna()) - known)
        if names and role == "influencer":
            rule = f"{len(names)} influencers have no biography, such as {names[0]!r}"
            report.warnings.append(Problem("influencer_biographies.xlsx", rule))
        parts.append(pd.DataFrame({"account_id": names, "role": role}))
        known |= set(names)
    return pd.concat(parts, ignore_index=True)


def _owners(sheets: dict[str, pd.DataFrame], name: str) -> pd.Series:
    """Return the influencers of a post table; none where it is not there."""
    if name not in sheets:
        return pd.Series(dtype="str")
    return sheets[name]["micro-influencer"]


def _as_accounts(table: pd.DataFrame, file: str, report: Report) -> pd.DataFrame:
    """Keep and type the columns that `accounts` has."""
    columns = [column for column in SCHEMAS["accounts"].columns if column in table]
    return typed("accounts", table[columns], file, report).table

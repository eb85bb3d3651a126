"""What a Dataset may have but its owner should know, and pictures that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from morning.cells import shortened
from morning.dataset import Dataset
from morning.errors import Problem, Report

_LISTED = 5


def oddities(dataset: Dataset) -> Iterator[Problem]:
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

"""What a Dataset may have but its owner should know, and pictures that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from morning.dataset import Dataset, Read, in_files
from morning.errors import Problem, Report, counted
from morning.features.visual.formats import HEAD, refusal
from morning.features.visual.pictures import MAX_BYTES, UnusablePictureError, check_head
from morning.reading.column import shortened

_LISTED = 5


def oddities(dataset: Dataset) -> Iterator[Problem]:
    """Yield what a Dataset may have but its owner should know."""
    accounts, posts = dataset.accounts, dataset.posts
    if len(posts) and "account_id" in posts:
        silent = ~accounts["account_id"].isin(posts["account_id"])
        for role in ("brand", "influencer", "audience"):
            names = (
                accounts.loc[silent & (accounts["role"] == role), "account_id"].dropna().unique()
            )
            if len(names):
                silent_ones = f"{counted(len(names), role)} without posts: {_some(names)}"
                yield Problem("accounts", silent_ones)
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


def _some(names: Sequence[str]) -> str:
    """Return the first few names, comma-separated."""
    return ", ".join(map(str, names[:_LISTED])) + (", …" if len(names) > _LISTED else "")


def check_pictures(folder: Path, images: pd.Series, read: Read, report: Report) -> None:
    """Report pictures that leave the folder (errors), are not there or are none (warnings).

    Of each file the first bytes are read; whether the rest is whole shows when it is looked at.

    Parameters
    ----------
    folder : Path
    images : Series of str
        Paths below the folder; missing or empty where a post has no picture.
    read : Read
        Table that they come from, for the report.
    report : Report
        Rows that it already has an error about their image for are left alone.
    """
    root = folder.resolve()
    reported = ((p.file, p.places()) for p in report.errors if p.column == "image")
    known = {(file, row) for file, places in reported for row, _ in places}
    found: dict[str, list[tuple[int, str | None]]] = {}
    for place, image in enumerate(images):
        if pd.isna(image) or image == "" or read.place(place) in known:
            continue
        if rule := _fault(root, str(image)):
            found.setdefault(rule, []).append((place, shortened(image)))
    for rule, ((place, value), *also) in found.items():
        into = report.errors if rule.startswith("must") else report.warnings
        into += in_files([Problem("", rule, place, "image", value, tuple(also))], {"": read})


def _fault(root: Path, image: str) -> str | None:
    """Return what is wrong with the path of a picture, or with what it leads to."""
    try:
        path = (root / image).resolve()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):
        return "must be a path"
    if not path.is_relative_to(root):
        return "must stay in the folder, also through links"
    return _no_picture(path) if there else "this picture is not there"


def _no_picture(path: Path) -> str | None:
    """Return why a file is no picture that can be used, as far as its first bytes say."""
    try:
        with open(path, "rb", buffering=0) as file:
            head = file.read(HEAD)
    except OSError as error:
        return f"this picture cannot be read ({error.strerror})"
    if not head:
        return "this picture is an empty file"
    if not (reason := refusal(head)):
        reason = _undecodable(path)
    return f"this picture cannot be used: {reason}" if reason else None


def _undecodable(path: Path) -> str:
    """Return why a picture is not decoded, without details; empty where its head is right."""
    if path.stat().st_size > MAX_BYTES:
        return f"larger than {MAX_BYTES:,} bytes"
    try:
        check_head(path)
    except UnusablePictureError as error:
        return str(error).partition(" (")[0]
    return ""

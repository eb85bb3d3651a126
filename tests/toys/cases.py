"""What people bring: changes of a folder that is right, and what is right of each."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path

import pandas as pd

EXCHANGED = "influencer_id,brand_id"
Change = Callable[[Path], None]


def set_cells(table: str, **columns: Iterable[str]) -> Change:
    """Return a change that fills columns of a table with cells, over and over."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        content = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column, cells in columns.items():
            content[column] = [cell for cell, _ in zip(cycle(cells), content.index, strict=False)]
        content.to_csv(path, index=False)

    return change


def written(**options: object) -> Change:
    """Return a change that writes every table anew, with options of `DataFrame.to_csv`."""

    def change(folder: Path) -> None:
        for path in folder.glob("*.csv"):
            pd.read_csv(path, dtype="str").to_csv(path, index=False, **options)

    return change


def parquet(**columns: object) -> Change:
    """Return a change that turns all tables into Parquet and gives columns of posts other cells."""

    def change(folder: Path) -> None:
        for path in folder.glob("*.csv"):
            table = pd.read_csv(path)
            if path.stem == "posts":
                table = table.assign(**columns)
            table.to_parquet(path.with_suffix(".parquet"), index=False)
            path.unlink()

    return change


def text(table: str, edit: Callable[[str], str], to: str = ".csv", **options: str) -> Change:
    """Return a change that edits the text of a table's file."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        content = edit(path.read_text())
        path.unlink()
        path.with_suffix(to).write_text(content, **options)

    return change


def shouted(path: Path) -> None:
    """Write the header in capitals."""
    header, *rows = path.read_text().splitlines(True)
    path.write_text(header.upper() + "".join(rows))


def capital(path: Path) -> None:
    """Name the file in capitals."""
    path.rename(path.with_name(path.stem.title() + ".CSV"))


def each(edit: Callable[[Path], None]) -> Change:
    """Return a change that does something to every file."""

    def change(folder: Path) -> None:
        for path in sorted(folder.iterdir()):
            edit(path)

    return change


def as_json(path: Path) -> None:
    with open(path, newline="") as file:
        path.with_suffix(".json").write_text(json.dumps([*csv.DictReader(file)]))
    path.unlink()


def numbers_without_zeros(folder: Path) -> None:
    """Number the accounts from 000; a spreadsheet opened the posts."""
    for path in folder.glob("*.csv"):
        numbered = re.sub(
            r"\b([bi])(\d)\b", lambda x: f"0{'bi'.index(x[1])}{x[2]}", path.read_text()
        )
        path.write_text(numbered)
    posts = folder / "posts.csv"
    posts.write_text(re.sub(r",0+(\d+),", r",\1,", posts.read_text()))


def times(*cells: str) -> Change:
    return set_cells("posts", posted_at=cells)


def likes(*cells: str) -> Change:
    return set_cells("posts", likes=cells)


#: What was brought, and a part of the one error that is right.
REFUSED = {
    "quotes escaped by backslashes": (
        text("posts", lambda t: t.replace("coffee beans and", '"say \\"hi\\", a', 1)),
        "near line 2: ',' expected after '\"'; quotes are escaped by a backslash",
    ),
    "brand and influencer": (
        text("accounts", lambda t: t + "b0,influencer,,,1\n"),
        "accounts.csv, rows 2, 14, column account_id: has more than one role",
    ),
    "days of a spreadsheet": (times("45363.34", "45364"), "is a spreadsheet's day number"),
    "times of mails": (times("Tue Mar 12 08:15:00 +0000 2024"), "such as 2024-12-31T18:30"),
    "years of two digits": (times("25.03.24"), "must have a year of four digits"),
    "day or month first": (times("01/02/2024"), "whether day or month comes first"),
    "both": (times("25/03/2024", "12/31/2024"), "both day-first and month-first"),
    "points in thousands": (likes("12.000", "3.000"), "12.000 is 12000 or 12"),
    "spaces in thousands": (likes("1 234"), "without spaces or apostrophes"),
    "floats of half a like": (parquet(likes=120.5), "must be a whole number, without a fraction"),
    "floats for identifiers": (
        parquet(account_id=1.78414e16),
        "identifiers became floating-point numbers",
    ),
    "lists": (parquet(caption=[["a", "b"]] * 24), "must hold single values, not lists"),
    "identifiers of a spreadsheet": (
        set_cells("posts", account_id=["1.78414E+16"]),
        "was rounded by a spreadsheet",
    ),
    "identifiers without their zeros": (
        numbers_without_zeros,
        "must be in accounts, where it is spelled otherwise",
    ),
    "an invisible character": (
        text("accounts", lambda t: t.replace("i1", "i1\u200b"), encoding="utf-8"),
        r"row 7, column account_id: has an invisible character; remove it (found 'i1\u200b')",
    ),
    "exchanged columns": (
        text(
            "collaborations",
            lambda t: t.replace("brand_id,influencer_id", "influencer_id,brand_id"),
        ),
        "the columns are exchanged",
    ),
    "no influencers": (
        text("accounts", lambda t: "".join(x for x in t.splitlines(True) if not x.startswith("i"))),
        "must be an influencer of accounts",
    ),
    "a joint post": (
        text("posts", lambda t: t.replace("p12,", "p0,")),
        "posts.csv, rows 2, 14, column post_id: must be unique (found 'p0')",
    ),
    "a split of some brands": (
        set_cells("accounts", split=["train", "train", "test", *[""] * 9]),
        "row 5, column split: a brand needs one",
    ),
    "no brand to test": (
        set_cells("accounts", split=["train"] * 4 + [""] * 8),
        "have no brand to rank for",
    ),
    "pictures elsewhere": (set_cells("posts", image=["../x.jpg"]), "must stay in the folder"),
    "an influencer who follows": (
        lambda folder: (folder / "audiences.csv").write_text("account_id,audience_id\ni0,i1\n"),
        "for an influencer or brand who follows another, add an audience account",
    ),
    "nothing to read": (
        lambda folder: [
            set_cells("posts", caption=["🔥🔥 https://t.co/x", "1️⃣"])(folder),
            set_cells("accounts", biography=["✨"], category=["a", "b", "c", "d"])(folder),
        ],
        "leave nothing to learn from",
    ),
}


#: What was brought, the column that it is about, its first cells, and what is said of it, if any.
READ = {
    "dashes, days first": (times("25-03-2024"), "posted_at", ["2024-03-25"], None),
    "one digit": (times("2024-3-5 8:15"), "posted_at", ["2024-03-05 08:15"], None),
    "a space before the zone": (
        times("2024-03-25 08:15:00 UTC"),
        "posted_at",
        ["2024-03-25 08:15"],
        None,
    ),
    "noon of clocks with hands": (
        times("3/25/2024 8:15:00 PM", "3/26/2024 10:15:00 AM"),
        "posted_at",
        ["2024-03-25 20:15", "2024-03-26 10:15"],
        None,
    ),
    "milliseconds": (
        times("1710245700000"),
        "posted_at",
        ["2024-03-12 12:15"],
        "is read as milliseconds",
    ),
    "seconds": (parquet(posted_at=1714557600), "posted_at", ["2024-05-01 10:00"], None),
    "seconds that became floats": (
        parquet(posted_at=1714557600.0),
        "posted_at",
        ["2024-05-01 10:00"],
        None,
    ),
    "days": (
        parquet(posted_at=pd.Timestamp("2024-05-01").date()),
        "posted_at",
        ["2024-05-01"],
        None,
    ),
    "times with a zone": (
        parquet(posted_at=pd.Timestamp("2024-05-01T12:00+02:00")),
        "posted_at",
        ["2024-05-01 10:00"],
        None,
    ),
    "short numbers": (likes("1.2M", "40k"), "likes", [1_200_000, 40_000], "thousands (K)"),
    "hidden likes": (likes("-1", "7"), "likes", [pd.NA, 7], "is read as hidden, so missing"),
    "floats of whole likes": (parquet(likes=120.0), "likes", [120, 120], None),
    "words for nothing": (
        set_cells("posts", caption=["nan", "NULL", "None", "a word"]),
        "caption",
        [pd.NA, pd.NA, pd.NA, "a word"],
        "is read as missing",
    ),
    "no caption at all": (parquet(caption=float("nan")), "caption", [pd.NA], None),
    "an empty picture": (parquet(image=""), "image", [pd.NA], None),
    "a path of Windows": (
        set_cells("posts", image=["pictures\\a.jpg"]),
        "image",
        ["pictures/a.jpg"],
        "not there",
    ),
    "a missing picture": (set_cells("posts", image=["a.jpg"]), "image", ["a.jpg"], "is not there"),
    "a long caption": (
        set_cells("posts", caption=["so " * 50_000]),
        "caption",
        ["so " * 50_000],
        None,
    ),
    "a line that names the separator": (
        text("posts", lambda t: "sep=,\n" + t),
        "likes",
        [120],
        None,
    ),
    "cells at the edge": (
        text("posts", lambda t: t.replace("\n", ",,\n") + ",,,,,,,,\n" * 3),
        "likes",
        [120],
        None,
    ),
    "zero bytes": (
        text("posts", lambda t: t.replace("beans", "be\0ans", 1)),
        "likes",
        [120],
        "NUL",
    ),
    "euro signs of Windows": (
        text("posts", lambda t: t.replace("coffee", "5 €", 1), encoding="cp1252"),
        "caption",
        ["5 € beans and fresh bread, part 0"],
        "is not UTF-8",
    ),
}


#: Ways to write the same tables, and what is said of each file, if anything.
ALIKE = {
    "capitals": (each(capital), None),
    "capitals in headers": (each(shouted), None),
    "semicolons": (written(sep=";"), "separated by semicolons"),
    "tabs": (written(sep="\t"), "separated by tabs"),
    "quotes and a mark": (
        written(quoting=csv.QUOTE_ALL, encoding="utf-8-sig", lineterminator="\r\n"),
        None,
    ),
    "ends of old Macs": (written(lineterminator="\r"), None),
    "JSON": (each(as_json), None),
    "Parquet": (parquet(), None),
    "roles as people write them": (
        set_cells("accounts", role=["Brand"] * 4 + ["Influencer "] * 8),
        None,
    ),
    "categories as people write them": (
        set_cells("accounts", category=["food ", "travel", " food", "travel", *[""] * 8]),
        None,
    ),
    "pairs that worked again": (
        text("collaborations", lambda t: t + t.split("\n", 1)[1]),
        "is there more than once; one is kept",
    ),
}

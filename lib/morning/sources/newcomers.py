"""Accounts that were in no run: a brand's folder of posts, or tables of brands or influencers.

========================  ========================================================================
posts                     as in a Dataset; of a single account, `post_id` and `account_id` may be
                          left out
accounts                  as in a Dataset, without `split`; may be left out for a single account,
                          which then has the name of its folder
audiences                 as in a Dataset; may be left out
biography.txt             of a single account; may be left out
========================  ========================================================================

Instead of a table of posts, pictures will do, each with its caption beside it in a text file of
the same name; a text file without a picture is a post, too.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from morning.dataset import ROLES, SCHEMAS, Dataset, Read, empty_table, in_files, read_tables, typed
from morning.errors import ContractError, MorningError, Report, counted
from morning.guard import closed

log = logging.getLogger(__name__)

_BIOGRAPHY = "biography.txt"
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".avif"})
#: Bytes of a caption or biography that are read; no network allows so many letters.
_LONGEST_TEXT = 65_536
_MOST_FILES = 5_000


def read_newcomers(folder: str | Path, role: str = "brand") -> Dataset:
    """Read accounts that were in no run; what is odd is logged.

    Parameters
    ----------
    folder : path
    role : "brand" or "influencer"
        Of accounts that do not say theirs.

    Returns
    -------
    Dataset
        Without collaborations and splits.

    Raises
    ------
    MorningError
        If there is no such folder, or no post and no biography in it.
    ContractError
        With every violation: file, row, column and rule.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MorningError(f"{folder}: is not a folder; give one with posts")
    report = Report()
    tables = read_tables(folder, report, needed=frozenset())
    single = None if "accounts" in tables else _single(folder, role)
    if single is not None:
        tables["accounts"] = typed("accounts", single, _BIOGRAPHY, report)
        if "posts" in tables and _one_account(tables["posts"].table):
            posts = tables["posts"]  # all of the only account, whatever it is called there
            alone = posts.table.drop(columns="account_id")
            tables["posts"] = replace(posts, table=alone)
    if "posts" not in tables:
        tables["posts"] = typed("posts", _loose_posts(folder), str(folder), report)
    dataset = checked_newcomers(folder, tables, role, report)
    if dataset.posts.empty and dataset.accounts["biography"].isna().all():
        raise MorningError(
            f"{folder}: holds neither posts nor {_BIOGRAPHY}; put in posts.csv with captions and "
            "images, or pictures with their captions in text files of the same name"
        )
    return dataset


def described(text: str, name: str = "the brand", captions: Sequence[str] = ()) -> Dataset:
    """Return a brand of which there is only text: its biography, and the captions of its posts.

    Without captions, the biography is the one caption, too.
    """
    captions = [_in_unicode(each) for each in captions or [text]]
    bio = _in_unicode(text) or None
    accounts = pd.DataFrame({"account_id": [name], "role": ["brand"], "biography": [bio]})
    posts = pd.DataFrame({"account_id": name, "caption": captions})
    posts["post_id"] = [f"description {i}" for i in range(1, len(posts) + 1)]
    report = Report()
    tables = {
        table: typed(table, raw, table, report)
        for table, raw in (("accounts", accounts), ("posts", posts))
    }
    return checked_newcomers(None, tables, "brand", report)


def _in_unicode(text: str) -> str:
    """Return text without halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def checked_newcomers(
    folder: Path | None, tables: dict[str, Read], role: str, report: Report
) -> Dataset:
    """Return tables of accounts that were in no run as a Dataset; see `read_newcomers`."""
    accounts = tables["accounts"]
    table = accounts.table.assign(split=pd.NA)
    given = table["role"] if "role" in table else pd.Series(pd.NA, table.index)
    tables["accounts"] = replace(accounts, table=table.assign(role=given.fillna(role)))
    own = tables["accounts"].table
    own = own.loc[own["role"] != ROLES[-1], "account_id"]
    if "posts" in tables:
        tables["posts"] = _named_posts(tables["posts"], own)
    read = {name: tables[name].table if name in tables else empty_table(name) for name in SCHEMAS}
    read["collaborations"] = empty_table("collaborations")
    dataset, problems = Dataset(root=folder, **read).check(complete=False)
    report.log_warnings(log, folder or "description")
    if problems := report.errors + in_files(problems, tables):
        raise ContractError(str(folder), problems)
    return dataset


def _named_posts(posts: Read, own: pd.Series) -> Read:
    """Give numbers to posts without an id, and posts of nobody to the only account."""
    table = posts.table
    numbered = pd.Series(np.arange(1, len(table) + 1), table.index).astype("str")
    added = {} if "post_id" in table else {"post_id": numbered}
    if "account_id" not in table and len(own) == 1:
        added["account_id"] = pd.Series(own.iloc[0], table.index, dtype="str")
    return replace(posts, table=table.assign(**added))


def _single(folder: Path, role: str) -> pd.DataFrame:
    """Return the only account of a folder without a table of accounts."""
    path = folder / _BIOGRAPHY
    biography = _text(path) if _own(path) else None
    name = folder.resolve().name[:256] or "the brand"
    return pd.DataFrame({"account_id": [name], "role": [role], "biography": [biography]})


def _loose_posts(folder: Path) -> pd.DataFrame:
    """Return pictures and text files as posts, in the order of their names."""
    files = sorted(path for path in folder.iterdir() if _own(path))
    if len(files) > _MOST_FILES:
        raise MorningError(
            f"{folder}: has {counted(len(files), 'file')}, more than {_MOST_FILES:,}; put in the "
            "newest posts only"
        )
    pictures = {path.stem: path.name for path in files if path.suffix.lower() in _PICTURES}
    captions = {
        path.stem: _text(path)
        for path in files
        if path.suffix.lower() == ".txt" and path.name != _BIOGRAPHY
    }
    posts = sorted({*pictures, *captions})
    return pd.DataFrame(
        {
            "post_id": pd.Series(posts, dtype=object),
            "caption": [captions.get(post) for post in posts],
            "image": [pictures.get(post) for post in posts],
        }
    )


def _one_account(posts: pd.DataFrame) -> bool:
    return "account_id" in posts and len(posts["account_id"].dropna().unique()) == 1


def _own(path: Path) -> bool:
    """Whether a path is a file of its folder, and no link to one elsewhere."""
    return not closed(path, path.parent)


def _text(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.read(_LONGEST_TEXT)

"""The folder of a Dataset, of records of any layout."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from morning.errors import MorningError, Report
from morning.files import whole_folder
from morning.guard import closed
from morning.importing.evidence import find_evidence
from morning.importing.layouts import LAYOUTS, Layout, layout_of
from morning.importing.records import Record, files_of, records
from morning.plain import harmless
from morning.reading.handles import handle, handles, mentions

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_UNCATEGORISED = "other"


@dataclass
class Imported:
    """What was found in exports."""

    accounts: dict[str, Record] = field(default_factory=dict)
    """Handle -> its fields; of several records the first that has a field."""
    posts: dict[str, Record] = field(default_factory=dict)
    """Identifier -> its fields."""
    pictures: dict[str, Path] = field(default_factory=dict)
    """Identifier of a post -> a picture that lies beside its record."""
    read: Counter[str] = field(default_factory=Counter)
    """Layout -> records that were read with it."""
    unknown: Counter[str] = field(default_factory=Counter)
    """File -> records that no layout recognises."""
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be read, and why."""


def collect(sources: Sequence[Path], layouts: Sequence[Layout] = LAYOUTS) -> Imported:
    """Read the records of files and folders.

    Raises
    ------
    MorningError
        If a source is not there, or none of its records is recognised.
    """
    found = Imported()
    for path in (file for source in sources for file in files_of(source)):
        try:
            for record in records(path, Report()):
                _take(record, path, found, tuple(layouts))
        except MorningError as error:
            found.unreadable.append(str(error))
    if not found.read:
        known = ", ".join(layout.name for layout in layouts)
        reasons = "; ".join(found.unreadable[:3])
        raise MorningError(
            f"no record of a known layout in {', '.join(map(str, sources))}; known are: {known}. "
            "Describe another one in a YAML file and name it with --mapping"
            + (f" ({reasons})" if reasons else "")
        )
    return found


def _take(record: Record, path: Path, found: Imported, layouts: tuple[Layout, ...]) -> None:
    layout = layout_of(record, layouts)
    if layout is None:
        found.unknown[path.name] += 1
        return
    found.read[layout.name] += 1
    if layout.account:
        _add_account(layout.read("account", record), found)
    if layout.post:
        _add_post(layout.read("post", record), path, found)
    for post in layout.nested(record):
        _take(post, path, found, layouts)


def _add_account(fields: Record, found: Imported) -> None:
    if fields.get("account_id") is None:
        return
    name = handle(fields["account_id"])
    known = found.accounts.setdefault(name, {})
    for key, value in fields.items():
        if value is not None and key != "account_id":
            known.setdefault(key, value)


def _add_post(fields: Record, path: Path, found: Imported) -> None:
    if fields.get("account_id") is None or fields.get("post_id") is None:
        found.unknown[path.name] += 1
        return
    name, caption = handle(fields["account_id"]), _text(fields.get("caption"))
    found.accounts.setdefault(name, {})
    identifier = str(fields["post_id"]).rstrip("/")
    post = fields | {
        "post_id": identifier,
        "account_id": name,
        "caption": caption,
        "image": _one(fields.get("image")),
        "paid": str(fields.get("paid")).lower() in ("true", "1", "yes"),
        "mentioned": [*handles(fields.get("mentioned")), *mentions(caption or "")],
    }
    post |= {key: handles(fields.get(key)) for key in ("tagged", "sponsors")}
    found.posts.setdefault(identifier, post)
    stem = path.name.split(".")[0]
    beside = [path.with_name(f"{stem}{end}{suffix}") for end in ("", "_1") for suffix in _PICTURES]
    for picture in beside:
        if not closed(picture, path.parent):
            found.pictures.setdefault(identifier, picture)


def import_folder(
    sources: Sequence[Path],
    out: Path,
    brands: Mapping[str, str | None],
    *,
    layouts: Sequence[Layout] = LAYOUTS,
    leave_out: bool = False,
) -> list[str]:
    """Write a Dataset folder of exports; return what was found, and what was left out.

    Parameters
    ----------
    sources : sequence of Path
        Files and folders of any known layout.
    out : Path
        New folder: `accounts.csv`, `posts.csv`, `collaborations.csv`, `evidence.csv` and
        `pictures/`.
    brands : mapping of handle to category or None
        Which accounts are brands; all others are influencers, unless a record says otherwise.
    layouts : sequence of Layout
        Those of `LAYOUTS`, and of a YAML file.
    leave_out : bool
        Leave the posts that are evidence of a collaboration out of `posts`: what a model reads
        then does not name the partner that it is asked for.

    Raises
    ------
    MorningError
        If the folder is there and not empty, nothing is recognised, or there is no brand.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MorningError(f"{out} is not empty: choose another folder")
    found = collect(sources, layouts)
    brands = {handle(name): category for name, category in brands.items()}
    unknown = list(_unknown(found, brands))
    accounts = _accounts(found, brands)
    roles = dict(zip(accounts["account_id"], accounts["role"], strict=True))
    if "brand" not in roles.values():
        raise MorningError("no account is a brand: name them with --brands")
    posts = pd.DataFrame(found.posts.values(), columns=_POST_FIELDS, dtype=object)
    evidence = find_evidence(posts, roles)
    pairs = evidence[["brand_id", "influencer_id"]].drop_duplicates()
    if pairs.empty:
        why = "no post of a brand or an influencer tags or mentions one of the others"
        raise MorningError("; ".join([why, *unknown]))
    if leave_out:
        posts = posts[~posts["post_id"].isin(evidence["post_id"])]
    lonely = accounts["role"].eq("brand") & ~accounts["account_id"].isin(pairs["brand_id"])
    kept = accounts[~lonely]
    posts = posts[posts["account_id"].isin(kept["account_id"])].copy()
    with whole_folder(out) as folder:
        posts["image"] = [
            _picture(post.post_id, post.image, found, folder) for post in posts.itertuples()
        ]
        kept.to_csv(folder / "accounts.csv", index=False)
        posts[_POST_COLUMNS].to_csv(folder / "posts.csv", index=False)
        pairs.to_csv(folder / "collaborations.csv", index=False)
        harmless(evidence).to_csv(folder / "evidence.csv", index=False)  # to be read by people
    left_out = _left_out(found, accounts[lonely])
    return [*_summary(found, kept, posts, evidence), *left_out, *unknown]


def read_brands(told: str) -> dict[str, str | None]:
    """Return handle -> category of brands, of handles with commas or the path of a table.

    The table has `username`, and may have `category`.

    Raises
    ------
    MorningError
        If the table cannot be read or has no `username`.
    """
    path = Path(told)
    if not told or not path.is_file():
        return {name.strip(): None for name in told.split(",") if name.strip()}
    rows = list(records(path, Report()))
    if any("username" not in row for row in rows):
        raise MorningError(f"{path}: needs a column username, and may have one category")
    return {str(row["username"]): _text(row.get("category")) for row in rows if row["username"]}


_POST_COLUMNS = ["post_id", "account_id", "caption", "image", "likes", "comments", "posted_at"]
_POST_FIELDS = [*_POST_COLUMNS, "tagged", "mentioned", "sponsors", "paid"]


def _accounts(found: Imported, brands: Mapping[str, str | None]) -> pd.DataFrame:
    """Return the table of accounts: named brands, and everyone who posted."""
    rows = []
    for name in [*found.accounts, *(name for name in brands if name not in found.accounts)]:
        fields = found.accounts.get(name, {})
        told = str(fields.get("role") or "influencer").strip().lower()
        role = "brand" if name in brands else told
        category = brands.get(name) or _text(fields.get("category")) or _UNCATEGORISED
        rows.append(
            {
                "account_id": name,
                "role": role,
                "category": category if role == "brand" else None,
                "biography": _text(fields.get("biography")),
                "followers": fields.get("followers"),
            }
        )
    return pd.DataFrame(rows, dtype=object)  # whole numbers stay whole beside gaps


def _picture(identifier: str, address: Any, found: Imported, folder: Path) -> str | None:
    """Copy the picture of a post into a folder; else return its address."""
    source = found.pictures.get(identifier)
    if source is None:
        return _text(address)
    (folder / "pictures").mkdir(exist_ok=True)
    name = f"pictures/{source.parent.name}-{source.name}"
    shutil.copyfile(source, folder / name)
    return name


def _summary(
    found: Imported, accounts: pd.DataFrame, posts: pd.DataFrame, evidence: pd.DataFrame
) -> list[str]:
    roles, kinds = accounts["role"].value_counts(), evidence["kind"].value_counts()
    pairs = evidence[["brand_id", "influencer_id"]].drop_duplicates()
    spoken = ", ".join(f"{count} by {kind}" for kind, count in kinds.items())
    return [
        *(f"{count:,} records read as: {name}" for name, count in found.read.items()),
        f"{roles.get('brand', 0)} brands, {roles.get('influencer', 0)} influencers, "
        f"{len(posts):,} posts, {len(found.pictures):,} pictures",
        f"{len(pairs):,} collaborations, in {evidence['post_id'].nunique():,} posts: {spoken}",
    ]


def _left_out(found: Imported, lonely: pd.DataFrame) -> list[str]:
    lines = [
        f"{count:,} records of {name} have no known layout" for name, count in found.unknown.items()
    ]
    lines += [f"not read: {reason}" for reason in found.unreadable]
    if len(lonely):
        names = ", ".join(lonely["account_id"])
        lines.append(f"left out, since no post names a partner of theirs: {names}")
    return lines


def _unknown(found: Imported, brands: Iterable[str]) -> Iterator[str]:
    """Yield what to say of brands that are in no record, perhaps for their spelling."""
    for name in sorted(set(brands) - set(found.accounts)):
        near = get_close_matches(name, found.accounts, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield f"no record is of the brand {name}{hint}"


def _text(value: Any) -> str | None:
    """Return text; the parts of a list one below the other."""
    if isinstance(value, list):
        value = "\n".join(str(part) for part in value if part is not None)
    return None if value is None or not str(value).strip() else str(value)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value

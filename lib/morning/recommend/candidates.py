"""What is known of influencers beside their vectors: what a shortlist is filtered by."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from morning.dataset import SCHEMAS, Dataset
from morning.features.posts import Posts
from morning.files import whole_file
from morning.guard import readable
from morning.guard.tables import read_parquet

#: How far from what its size explains an account is before it is marked, in robust deviations.
SUSPICIOUS = 3.5
#: The rule, as pages show it.
RULE = (
    "Marked are accounts whose engagement, or whose comments per like, is more than "
    f"{SUSPICIOUS} robust standard deviations from what other accounts with as many followers have."
)
#: Columns that a ranking has.
_RANKING = frozenset(
    {"rank", "score", "f", "g", "h", "popularity", "chance", "chance_low", "chance_high"}
)
_NUMBERS = ("followers", "posts", "engagement", "comments_per_like")
_DEVIATION = 1.4826  # of a normal variable, in units of its median absolute deviation
_FEWEST = 20  # accounts to compare with


def candidates(dataset: Dataset) -> pd.DataFrame:
    """Return what is known of every influencer of a Dataset.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    DataFrame
        `influencer_id`; `followers`; `posts` that count; `engagement`, the median over posts of
        likes and comments by followers; `comments_per_like`, of all posts together; `language` of
        most captions; `suspicious`, see `RULE`; then the further columns of `accounts`, those that
        are called as columns of a ranking are with `account_` before their names. NaN where nothing
        is known.
    """
    posts = Posts.own(dataset)
    frame = posts.frame("likes", "comments").assign(language=posts.languages)
    frame = frame.assign(reactions=frame["likes"].astype(float) + frame["comments"].astype(float))
    accounts, written = posts.accounts, (posts.captions.str.strip() != "").to_numpy()
    by_owner = frame.groupby("owner")
    spoken = frame[written].groupby(["owner", "language"]).size()  # the first of equals is taken
    spoken = spoken.sort_values(ascending=False, kind="stable").reset_index("language")["language"]
    followers = accounts["followers"].where(accounts["followers"] > 0)
    likes, comments = (by_owner[n].sum(min_count=1).astype(float) for n in ("likes", "comments"))
    table = pd.DataFrame(
        {
            "influencer_id": accounts["account_id"],
            "followers": accounts["followers"],
            "posts": by_owner.size(),
            "engagement": by_owner["reactions"].median() / followers,
            "comments_per_like": (comments / likes.where(likes > 0)).astype(float),
            "language": spoken[~spoken.index.duplicated()],
        },
        index=accounts.index,
    )
    table["posts"] = table["posts"].fillna(0).astype(np.int64)
    table = table[accounts["role"] == "influencer"].reset_index(drop=True)
    table["suspicious"] = suspicious(table)
    further = [c for c in dataset.accounts if c not in SCHEMAS["accounts"].columns]
    own = dataset.accounts.set_index("account_id")[[c for c in further if c not in table]]
    own = own.rename(columns=lambda name: f"account_{name}" if name in _RANKING else name)
    return table.join(own, on="influencer_id")


def stacked(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return such tables, one below the other; a column that is text in one is text in all."""
    tables = list(tables)
    text = {c for table in tables for c in table if not pd.api.types.is_numeric_dtype(table[c])}
    same = [table.astype(dict.fromkeys(text.intersection(table), "str")) for table in tables]
    return pd.concat(same, ignore_index=True)


def suspicious(table: pd.DataFrame) -> np.ndarray:
    """Say which accounts of such a table `RULE` marks, bool (n,)."""
    found = [_stands_out(table[c], table["followers"]) for c in ("engagement", "comments_per_like")]
    return np.any(found, axis=0)


def write_candidates(dataset: Dataset, path: Path) -> None:
    """Write what `candidates` returns as Parquet, whole or not at all."""
    with whole_file(path) as temporary:
        candidates(dataset).to_parquet(temporary, index=False)


def read_candidates(path: Path) -> pd.DataFrame:
    """Read what `write_candidates` wrote; no row and no column but the id where it is not there.

    Raises
    ------
    MorningError
        If it cannot be read.
    """
    if not path.is_file():
        return pd.DataFrame({"influencer_id": pd.Series(dtype="str")})
    with readable(path, "what is known of influencers", "make the run again"):
        table = read_parquet(path)
        ids = table["influencer_id"]
        if not (ids.map(lambda name: isinstance(name, str)).all() and ids.is_unique):
            raise ValueError("it is not of influencers")
        numbers = table.columns.intersection(list(_NUMBERS))
        if wrong := [c for c in numbers if not pd.api.types.is_numeric_dtype(table[c])]:
            raise ValueError(f"{', '.join(wrong)}: no numbers")
        return table


def _stands_out(values: pd.Series, followers: pd.Series) -> np.ndarray:
    """Say which values are far from what others with as many followers have, bool (n,).

    Both are compared by their logarithms, about a line that outliers hardly turn (Huber).
    """
    from sklearn.linear_model import HuberRegressor  # ranking does not wait for it

    usable = (values > 0) & (followers > 0)
    out = np.zeros(len(values), dtype=bool)
    if usable.sum() < _FEWEST:
        return out
    x, y = (np.log(each[usable].astype(float)) for each in (followers, values))
    x = x.to_frame() - x.mean()
    apart = y - HuberRegressor().fit(x, y).predict(x)
    deviation = _DEVIATION * float(np.median(np.abs(apart - np.median(apart))))
    if deviation > 0:
        out[usable.to_numpy()] = np.abs(apart - np.median(apart)) > SUSPICIOUS * deviation
    return out

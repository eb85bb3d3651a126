"""Which posts stand for an account: its own, and a choice of its audience's (section IV-B)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.featureset import account_table


@dataclass(frozen=True)
class AudienceOptions:
    """How an account's audience is sampled."""

    accounts: int = 25
    """Q: audience accounts per brand or influencer, at most."""
    posts: int = 2
    """L: posts per audience account, at most."""
    seed: int = 0
    """Seed of both choices."""

    def __post_init__(self) -> None:
        if self.accounts < 1 or self.posts < 1:
            raise MorningError("the audience needs at least one account and one post per account")


def own_posts(dataset: Dataset) -> pd.DataFrame:
    """Return the posts of brands and influencers themselves.

    Returns
    -------
    DataFrame
        owner (row of `account_table(dataset)`), and the columns of `dataset.posts`.
    """
    row_of = {account: row for row, account in enumerate(account_table(dataset)["account_id"])}
    owners = dataset.posts["account_id"].map(row_of)
    posts = dataset.posts[owners.notna()].reset_index(drop=True)
    posts.insert(0, "owner", owners.dropna().to_numpy(dtype=np.int64))
    return posts


def audience_posts(dataset: Dataset, options: AudienceOptions | None = None) -> pd.DataFrame:
    """Choose the posts that represent the audience of every brand and influencer.

    Parameters
    ----------
    dataset : Dataset
        Its `audiences` and `posts` are used.
    options : AudienceOptions, optional
        Q, L and the seed.

    Returns
    -------
    DataFrame
        owner (row of `account_table(dataset)`), and the columns of `dataset.posts`; one row per
        chosen post, grouped by owner.

    Notes
    -----
    The choice of audience accounts depends on the seed and the owner alone, and that of posts on
    the seed and the audience account alone: adding an account changes no other account's choice,
    and an audience account shared by two owners shows both the same posts.
    """
    options = options or AudienceOptions()
    owner_of = {a: row for row, a in enumerate(account_table(dataset)["account_id"])}
    index_of = dict(zip(dataset.posts["post_id"], range(len(dataset.posts)), strict=True))
    posts_of = {
        account: choose(sorted(ids), options.posts, options.seed, "posts", str(account))
        for account, ids in dataset.posts.groupby("account_id")["post_id"]
    }
    owners, positions = [], []
    members = dict(iter(dataset.audiences.groupby("account_id")["audience_id"]))
    for account, row in owner_of.items():
        if account not in members:
            continue
        audience = choose(
            sorted(members[account]), options.accounts, options.seed, "audience", str(account)
        )
        for post in (post for member in audience for post in posts_of.get(member, [])):
            owners.append(row)
            positions.append(index_of[post])
    chosen = dataset.posts.iloc[positions].reset_index(drop=True)
    chosen.insert(0, "owner", np.asarray(owners, dtype=np.int64))
    return chosen


def choose(items: Sequence[str], k: int, seed: int, *key: str) -> list[str]:
    """Return at most `k` of the items, chosen by a generator seeded with `seed` and `key`."""
    if len(items) <= k:
        return list(items)
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    rng = np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
    return [items[i] for i in sorted(rng.choice(len(items), size=k, replace=False))]

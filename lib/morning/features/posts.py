"""Which posts stand for an account: its own, and a choice of its audience's (section IV-B)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.documents import IN_MEMORY, Documents, Tokens
from morning.features.featureset import account_table
from morning.features.text import languages_of
from morning.places import cache_folder

T = TypeVar("T")

#: Posts of an account that count, the newest: the paper's H.
RECENT = 50


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

    def members(self, audiences: pd.DataFrame) -> pd.DataFrame:
        """Choose the audience accounts that stand for each account, sorted by owner."""
        listed = audiences.sort_values(["account_id", "audience_id"])
        return listed[_chosen(listed["account_id"], self.accounts, self.seed, "audience")]

    def shown(self, posts: pd.DataFrame) -> pd.DataFrame:
        """Choose the posts that stand for each audience account, sorted by author."""
        listed = posts.sort_values(["account_id", "post_id"])
        return listed[_chosen(listed["account_id"], self.posts, self.seed, "posts")]


@dataclass(frozen=True, eq=False)
class Posts:
    """Posts, and the account that each of them stands for.

    Whatever is computed of posts has one row per post, whatever is computed of accounts one row
    per row of `accounts`.
    """

    table: pd.DataFrame
    """The posts of the Dataset, as they are there."""
    rows: np.ndarray
    """int64 (posts,): row of each post in `table`; one may stand for several accounts."""
    owner: np.ndarray
    """int64 (posts,): row of `accounts` that the post stands for."""
    accounts: pd.DataFrame
    """`account_table(dataset)` and the followers: brands first, then influencers."""
    training: np.ndarray
    """bool (accounts,): accounts that something may be fitted on, see `training_accounts`."""
    root: Path | None
    """Folder of the pictures."""
    audience: AudienceOptions | None = None
    """How the posts were chosen, where they are an audience's."""
    older: int = 0
    """Posts that do not count because newer ones of their account do."""
    _tokens: dict[bool, Tokens] = field(default_factory=dict, repr=False)

    @classmethod
    def own(cls, dataset: Dataset, recent: int = RECENT) -> Posts:
        """Return the posts of brands and influencers themselves, in the order of the Dataset.

        Parameters
        ----------
        dataset : Dataset
        recent : int
            H of eq 4: the newest posts of an account that count; those without a date come last,
            in the order of the Dataset.
        """
        accounts = _accounts(dataset)
        owner = pd.Index(accounts["account_id"]).get_indexer(dataset.posts["account_id"])
        rows = np.flatnonzero(owner >= 0)
        dates = dataset.posts["posted_at"].iloc[rows]
        newest = rows[np.argsort(dates.rank(method="first", ascending=False, na_option="bottom"))]
        place = pd.Series(owner[newest]).groupby(owner[newest]).cumcount().to_numpy()
        rows = np.sort(newest[place < recent])
        found = cls._of(dataset, accounts, rows, owner[rows])
        return replace(found, older=len(newest) - len(rows))

    @classmethod
    def of_audience(cls, dataset: Dataset, options: AudienceOptions | None = None) -> Posts:
        """Choose the posts that represent the audience of every brand and influencer.

        They are grouped by owner, in the order of `accounts`.

        Notes
        -----
        The choice of audience accounts depends on the seed and the owner alone, and that of posts
        on the seed and the audience account alone: adding an account changes no other account's
        choice, and an audience account shared by two owners shows both the same posts.
        """
        options = options or AudienceOptions()
        accounts, posts = _accounts(dataset), dataset.posts
        members = options.members(dataset.audiences[["account_id", "audience_id"]])
        owners = pd.Index(accounts["account_id"]).get_indexer(members["account_id"])
        members = members.assign(owner=owners)[owners >= 0]
        members = members.sort_values("owner", kind="stable")
        shown = posts[["account_id", "post_id"]].assign(row=np.arange(len(posts)))
        shown = options.shown(shown[shown["account_id"].isin(members["audience_id"])])
        pairs = members[["owner", "audience_id"]].merge(
            shown[["account_id", "row"]], left_on="audience_id", right_on="account_id"
        )
        return cls._of(
            dataset, accounts, pairs["row"].to_numpy(), pairs["owner"].to_numpy(), options
        )

    @classmethod
    def _of(
        cls,
        dataset: Dataset,
        accounts: pd.DataFrame,
        rows: np.ndarray,
        owner: np.ndarray,
        audience: AudienceOptions | None = None,
    ) -> Posts:
        rows, owner = rows.astype(np.int64), owner.astype(np.int64)
        training = training_accounts(accounts, dataset.collaborations)
        return cls(dataset.posts, rows, owner, accounts, training, dataset.root, audience)

    def sample(self, most: int, seed: int = 0) -> Posts:
        """Return so many of the posts, drawn without replacement, in their order; or all."""
        if len(self) <= most:
            return self
        drawn = np.random.default_rng(seed).choice(len(self), most, replace=False)
        drawn.sort()
        return replace(self, rows=self.rows[drawn], owner=self.owner[drawn], _tokens={})

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> pd.Series:
        """Return one column of the Dataset's posts, a row per post."""
        return self.table[name].iloc[self.rows].reset_index(drop=True)

    def frame(self, *columns: str) -> pd.DataFrame:
        """Return `owner` and columns of the Dataset's posts, a row per post."""
        return pd.DataFrame({"owner": self.owner} | {name: self.column(name) for name in columns})

    @property
    def captions(self) -> pd.Series:
        """The caption of each post; empty where there is none."""
        return self.column("caption").fillna("")

    @cached_property
    def languages(self) -> np.ndarray:
        """The language of each post's caption, str (posts,), as `languages_of` tells it."""
        return self._spoken.loc[self.rows].to_numpy()

    @cached_property
    def _spoken(self) -> pd.Series:
        """The language of each row of `table` that is among the posts, in the order there."""
        rows = np.unique(self.rows)
        written = self.table.iloc[rows]
        spoken = languages_of(written["caption"].fillna(""), written["account_id"].tolist())
        return pd.Series(spoken, index=rows, dtype=object)

    @property
    def of_training(self) -> np.ndarray:
        """Which posts stand for an account that something may be fitted on, bool (posts,)."""
        return self.training[self.owner]

    @property
    def engagement(self) -> np.ndarray:
        """Likes and comments of each post together, float64 (posts,); 0 where unknown."""
        likes, comments = (self.column(n).astype(float).fillna(0) for n in ("likes", "comments"))
        return (likes + comments).to_numpy()

    def words(self, emoji_words: bool = False) -> Documents:
        """Return the words of each post's caption.

        Captions are tokenised once, at the first call; `morning.features.documents.IN_MEMORY`
        says how many may be kept in memory.
        """
        distinct, text = np.unique(self.rows, return_inverse=True)
        if emoji_words not in self._tokens:
            captions = self.table["caption"].iloc[distinct].fillna("")
            spoken = self._spoken.tolist()
            self._tokens[emoji_words] = (
                Tokens.of(captions, emoji_words, spoken)
                if len(captions) <= IN_MEMORY
                else Tokens.kept(captions, cache_folder("words"), emoji_words, spoken)
            )
        return Documents(self._tokens[emoji_words], text, np.arange(len(self) + 1))

    def documents(self, emoji_words: bool = False) -> Documents:
        """Return the words of each account: those of its posts, one after the other."""
        words = self.words(emoji_words)
        bounds = np.searchsorted(np.sort(self.owner), np.arange(len(self.accounts) + 1))
        order = np.argsort(self.owner, kind="stable")
        return Documents(words.tokens, words.texts[order], bounds)


def training_accounts(accounts: pd.DataFrame, collaborations: pd.DataFrame) -> np.ndarray:
    """Return which accounts topics, words and concepts may be fitted on.

    Returns
    -------
    bool array, one entry per row of `accounts`
        Brands of the training split, and the influencers that work with them.
    """
    brands = (accounts["split"] == "train") & (accounts["role"] == "brand")
    known = collaborations["brand_id"].isin(accounts.loc[brands, "account_id"])
    partners = accounts["account_id"].isin(collaborations.loc[known, "influencer_id"])
    return (brands | (partners & (accounts["role"] == "influencer"))).to_numpy()


def choose(items: Sequence[T], k: int, seed: int, *key: str) -> list[T]:
    """Return at most `k` of the items, chosen by a generator seeded with `seed` and `key`."""
    if len(items) <= k:
        return list(items)
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    rng = np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
    return [items[i] for i in sorted(rng.choice(len(items), size=k, replace=False))]


def _chosen(groups: pd.Series, k: int, seed: int, kind: str) -> np.ndarray:
    """Say which rows are among the `k` chosen of their group; groups stand together."""
    names = groups.to_numpy()
    if len(names) == 0:
        return np.zeros(0, dtype=bool)
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    bounds = [*starts.tolist(), len(names)]
    chosen = np.ones(len(names), dtype=bool)
    for start, end in pairwise(bounds):
        if end - start > k:  # only where there is something to choose
            chosen[start:end] = False
            chosen[choose(range(start, end), k, seed, kind, str(names[start]))] = True
    return chosen


def _accounts(dataset: Dataset) -> pd.DataFrame:
    accounts = account_table(dataset)
    followers = dataset.accounts.set_index("account_id")["followers"].astype(float)
    return accounts.assign(followers=followers.loc[accounts["account_id"]].to_numpy())

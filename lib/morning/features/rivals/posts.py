"""What rivals need beside the FeatureSet, computed from the posts of a Dataset.

Rows are those of `morning.features.featureset.account_table(dataset)`, hence of the FeatureSet
that is built from the same Dataset. Vectors of posts have one row per row of
`morning.features.posts.own_posts(dataset)`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from gensim.models import Word2Vec

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.featureset import account_table
from morning.features.posts import own_posts
from morning.features.rivals.inputs import ACTIVITY, History
from morning.features.text import words
from morning.features.topics import training_accounts

log = logging.getLogger(__name__)

_DAY = 24 * 3600


@dataclass(frozen=True)
class WordOptions:
    """How word vectors are trained."""

    size: int = 300
    """Length of a word's vector."""
    epochs: int = 20
    """Passes over the captions."""
    min_count: int = 2
    """Rarer words are left out."""
    seed: int = 0
    """Training with one seed gives one result: one thread, and no salted hash."""


def activity(dataset: Dataset) -> pd.DataFrame:
    """Return how active each account is.

    Returns
    -------
    DataFrame, one row per account
        posts_per_day (posts - 1 over the days between the first and the last), mean_likes and
        mean_comments per post, followers, recency_days (from the last post to the last post of
        all). NaN where it cannot be known.
    """
    accounts, posts = account_table(dataset), own_posts(dataset)
    by_owner = posts.groupby("owner")
    first, last = by_owner["posted_at"].min(), by_owner["posted_at"].max()
    days = (last - first).dt.total_seconds() / _DAY
    table = pd.DataFrame(
        {
            "posts_per_day": (by_owner["posted_at"].count() - 1) / days.where(days > 0),
            "mean_likes": by_owner["likes"].mean().astype(float),
            "mean_comments": by_owner["comments"].mean().astype(float),
            "recency_days": (posts["posted_at"].max() - last).dt.total_seconds() / _DAY,
        }
    ).reindex(range(len(accounts)))
    followers = dataset.accounts.set_index("account_id")["followers"].astype(float)
    table["followers"] = followers.loc[accounts["account_id"]].to_numpy()
    return table[list(ACTIVITY)].astype(float).reset_index(drop=True)


def competence(dataset: Dataset) -> pd.DataFrame:
    """Return how much each collaboration engaged people.

    The score of a pair is the mean of (likes + comments) / followers over the brand's posts that
    mention the influencer (@ and the account's id), as the released scores suggest (spec 6.3).
    Where no such post is there, it is that of the influencer's own posts. The two are on one
    scale: each is divided by the mean of its account.

    Returns
    -------
    DataFrame
        brand_id, influencer_id, score, evidence (`mentions` or `own posts`).

    Raises
    ------
    MorningError
        If neither posts nor followers are there to compute it from.

    Notes
    -----
    The formula of the released scores is unknown; this is an interpretation.
    """
    followers = dataset.accounts.set_index("account_id")["followers"].astype(float)
    posts = own_posts(dataset)
    engaged = posts["likes"].astype(float).fillna(0) + posts["comments"].astype(float).fillna(0)
    rate = engaged / posts["account_id"].map(followers).astype(float).clip(lower=1)
    own = rate.groupby(posts["account_id"]).mean()
    if own.notna().sum() == 0:
        raise MorningError("competence needs posts with likes or comments, and followers")

    brands = set(dataset.collaborations["brand_id"])
    influencers = {i.lower(): i for i in dataset.collaborations["influencer_id"]}
    mentioned = posts["account_id"].isin(brands)
    found = posts.loc[mentioned, "caption"].fillna("").str.lower().str.findall(r"@([\w.-]+)")
    lift = (rate / posts["account_id"].map(own).astype(float))[mentioned]
    mentions = pd.DataFrame(
        {"brand_id": posts.loc[mentioned, "account_id"], "handle": found, "lift": lift}
    ).explode("handle")
    mentions["influencer_id"] = mentions["handle"].str.rstrip(".-").map(influencers)
    by_pair = mentions.dropna().groupby(["brand_id", "influencer_id"])["lift"].mean()

    table = dataset.collaborations[["brand_id", "influencer_id"]].reset_index(drop=True)
    score = by_pair.reindex(pd.MultiIndex.from_frame(table)).to_numpy()
    everyone = dataset.accounts["account_id"].iloc[dataset.influencers()]  # whoever's partners
    usual = own[own.index.isin(everyone)].mean()
    fallback = (table["influencer_id"].map(own) / usual).to_numpy()
    evidence = np.where(np.isnan(score), "own posts", "mentions")
    score = np.where(np.isnan(score), fallback, score)
    if missing := int((evidence == "own posts").sum()):
        log.info("%d of %d collaborations have no post that mentions them", missing, len(table))
    return table.assign(score=score, evidence=evidence)


def history(dataset: Dataset, vectors: np.ndarray) -> History:
    """Average vectors of posts per account, plainly and weighted by likes + comments.

    Parameters
    ----------
    dataset : Dataset
    vectors : float array, shape (posts, D)
        One row per row of `own_posts(dataset)`; rows with NaN do not count (no picture, say).

    Returns
    -------
    History
        An account without any vector gets zeros; one without engagement is averaged plainly.
    """
    posts = own_posts(dataset)
    if len(vectors) != len(posts):
        raise MorningError(f"{len(vectors)} vectors for {len(posts)} posts")
    n = len(account_table(dataset))
    usable = np.isfinite(vectors).all(axis=1)
    owner = posts["owner"].to_numpy()[usable]
    kept = vectors[usable].astype(np.float64)
    engaged = (
        posts["likes"].astype(float).fillna(0) + posts["comments"].astype(float).fillna(0)
    ).to_numpy()[usable]
    engaged = np.where(np.bincount(owner, engaged, n)[owner] > 0, engaged, 1.0)
    return History(
        *(average(owner, weights, kept, n) for weights in (np.ones(len(owner)), engaged))
    )


def word_vectors(dataset: Dataset, options: WordOptions | None = None) -> dict[str, np.ndarray]:
    """Train Word2Vec on the captions of training accounts.

    Returns
    -------
    dict of word to float32 array, shape (size,)

    Raises
    ------
    MorningError
        If no word occurs often enough.
    """
    options = options or WordOptions()
    posts = own_posts(dataset)
    chosen = posts["owner"].isin(np.flatnonzero(training_accounts(dataset)))
    sentences = [words(caption) for caption in posts.loc[chosen, "caption"].fillna("")]
    try:
        model = Word2Vec(
            sentences,
            vector_size=options.size,
            epochs=options.epochs,
            min_count=options.min_count,
            seed=options.seed,
            workers=1,
            sg=1,
            hashfxn=_stable_hash,
        )
    except RuntimeError as error:
        raise MorningError(
            f"no word occurs {options.min_count} times in the captions of training accounts"
        ) from error
    return {word: model.wv[word].copy() for word in model.wv.index_to_key}


def caption_vectors(dataset: Dataset, vocabulary: dict[str, np.ndarray]) -> np.ndarray:
    """Return the mean word vector of each caption, (posts, size); NaN where no word is known."""
    size = len(next(iter(vocabulary.values())))
    posts = own_posts(dataset)
    vectors = np.full((len(posts), size), np.nan, dtype=np.float32)
    for row, caption in enumerate(posts["caption"].fillna("")):
        if known := [vocabulary[word] for word in words(caption) if word in vocabulary]:
            vectors[row] = np.mean(known, axis=0)
    return vectors


def text_history(dataset: Dataset, options: WordOptions | None = None) -> History:
    """Return the averaged caption vectors of each account; see `word_vectors` and `history`."""
    return history(dataset, caption_vectors(dataset, word_vectors(dataset, options)))


def average(owner: np.ndarray, weights: np.ndarray, vectors: np.ndarray, n: int) -> np.ndarray:
    """Return weighted means of vectors per owner.

    Parameters
    ----------
    owner : int array, shape (k,)
    weights : float array, shape (k,)
    vectors : float array, shape (k, D)
    n : int
        Number of owners.

    Returns
    -------
    float32 array, shape (n, D)
        Zeros for who has none.
    """
    sums = np.zeros((n, vectors.shape[1]))
    np.add.at(sums, owner, weights[:, None] * vectors)
    total = np.bincount(owner, weights, n)
    return (sums / np.where(total > 0, total, 1.0)[:, None]).astype(np.float32)


def _stable_hash(text: str) -> int:
    """Hash without the salt of Python's own, which differs from process to process."""
    value = 0
    for byte in text.encode():
        value = (value * 31 + byte) % 2**32
    return value

"""How active accounts are, how much they engage people, and averages weighted by that."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.features.pooling import Means, PostVectors, chunks
from morning.features.posts import Posts
from morning.features.rivals.inputs import ACTIVITY, History

log = logging.getLogger(__name__)

_DAY = 24 * 3600


def activity(posts: Posts) -> pd.DataFrame:
    """Return how active each account is.

    Returns
    -------
    DataFrame, one row per account
        posts_per_day (posts - 1 over the days between the first and the last), mean_likes and
        mean_comments per post, followers, recency_days (from the last post to the last post of
        all). NaN where it cannot be known.
    """
    table = posts.frame("posted_at", "likes", "comments")
    by_owner = table.groupby("owner")
    first, last = by_owner["posted_at"].min(), by_owner["posted_at"].max()
    days = (last - first).dt.total_seconds() / _DAY
    found = pd.DataFrame(
        {
            "posts_per_day": (by_owner["posted_at"].count() - 1) / days.where(days > 0),
            "mean_likes": by_owner["likes"].mean().astype(float),
            "mean_comments": by_owner["comments"].mean().astype(float),
            "recency_days": (table["posted_at"].max() - last).dt.total_seconds() / _DAY,
        }
    ).reindex(range(len(posts.accounts)))
    found["followers"] = posts.accounts["followers"]
    return found[list(ACTIVITY)].astype(float).reset_index(drop=True)


def competence(posts: Posts, collaborations: pd.DataFrame) -> pd.DataFrame:
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
    author, captions = posts.column("account_id"), posts.captions
    followers = posts.accounts["followers"].to_numpy()[posts.owner]
    rate = pd.Series(posts.engagement / np.maximum(followers, 1))
    own = rate.groupby(author).mean()
    if own.notna().sum() == 0:
        raise MorningError("competence needs posts with likes or comments, and followers")

    influencers = {i.lower(): i for i in collaborations["influencer_id"]}
    mentioned = author.isin(collaborations["brand_id"])
    found = captions[mentioned].str.lower().str.findall(r"@([\w.-]+)")
    lift = (rate / author.map(own).astype(float))[mentioned]
    mentions = pd.DataFrame({"brand_id": author[mentioned], "handle": found, "lift": lift}).explode(
        "handle"
    )
    mentions["influencer_id"] = mentions["handle"].str.rstrip(".-").map(influencers)
    by_pair = mentions.dropna().groupby(["brand_id", "influencer_id"])["lift"].mean()

    table = collaborations[["brand_id", "influencer_id"]].reset_index(drop=True)
    score = by_pair.reindex(pd.MultiIndex.from_frame(table)).to_numpy()
    influencer = posts.accounts["role"] == "influencer"  # whoever's partners they are
    usual = own[own.index.isin(posts.accounts.loc[influencer, "account_id"])].mean()
    fallback = (table["influencer_id"].map(own) / usual).to_numpy()
    evidence = np.where(np.isnan(score), "own posts", "mentions")
    score = np.where(np.isnan(score), fallback, score)
    if missing := int((evidence == "own posts").sum()):
        log.info("%d of %d collaborations have no post that mentions them", missing, len(table))
    return table.assign(score=score, evidence=evidence)


def history(posts: Posts, vectors: PostVectors) -> History:
    """Average vectors of posts per account, plainly and weighted by likes + comments.

    Parameters
    ----------
    posts : Posts
    vectors : PostVectors
        Rows with NaN do not count (no picture, say).

    Returns
    -------
    History
        An account without any vector gets zeros; one without engagement is averaged plainly.
    """
    if len(vectors) != len(posts):
        raise MorningError(f"{len(vectors)} vectors for {len(posts)} posts")
    plain, weighted = Means(len(posts.accounts)), Means(len(posts.accounts))
    engagement = posts.engagement
    for rows in chunks(len(posts)):
        found = vectors[rows].astype(np.float64)
        usable = np.isfinite(found).all(axis=1)
        owners, found = posts.owner[rows][usable], found[usable]
        plain.add(owners, np.ones(len(owners)), found)
        weighted.add(owners, engagement[rows][usable], found)
    engaged = (weighted.weights > 0)[:, None]
    return History(plain.result(), np.where(engaged, weighted.result(), plain.result()))

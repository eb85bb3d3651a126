"""A collaboration as it can be seen in the data: the post in which one partner names the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.sources.label_posts import label_posts


@dataclass(frozen=True, eq=False)
class Announcement:
    """A post that names a partner of its author."""

    brand: str
    influencer: str
    post: pd.DataFrame
    """One row of the Dataset's posts."""

    @property
    def author(self) -> str:
        """Account id of whose post it is."""
        return str(self.post["account_id"].iloc[0])


def announcement(dataset: Dataset, brand: str) -> Announcement | None:
    """Return the post with most likes and comments that announces a collaboration of a brand.

    None where no post of the brand names a partner, nor one of a partner the brand. Posts with a
    picture come first.
    """
    pairs = dataset.collaborations
    pairs = pairs[pairs["brand_id"] == brand]
    found = []
    for influencer in pairs["influencer_id"]:
        both = [brand, influencer]
        accounts = dataset.accounts[dataset.accounts["account_id"].isin(both)]
        posts = dataset.posts[dataset.posts["account_id"].isin(both)].reset_index(drop=True)
        pair = pairs[pairs["influencer_id"] == influencer]
        theirs = replace(dataset, accounts=accounts, posts=posts, collaborations=pair)
        found.append(posts[label_posts(theirs)].assign(partner=influencer))
    if not found or (all_of_them := pd.concat(found, ignore_index=True)).empty:
        return None
    post = all_of_them.iloc[most_engaging(all_of_them)[:1]]
    return Announcement(brand, str(post["partner"].iloc[0]), post.drop(columns="partner"))


def most_engaging(posts: pd.DataFrame) -> np.ndarray:
    """Return the places of posts by likes and comments, most first; those with a picture before."""
    engaged = posts[["likes", "comments"]].astype(float).fillna(0).sum(axis=1)
    pictured = posts["image"].fillna("") != ""
    return np.lexsort((-engaged, ~pictured))

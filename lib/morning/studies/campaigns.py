"""A collaboration as it can be seen in the data: the post in which one partner names the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.sources.label_posts import named_partners


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
    named = named_partners(dataset)
    named = named[named["brand_id"] == brand]
    if named.empty:
        return None
    posts = dataset.posts.iloc[named["post"]]
    best = most_engaging(posts)[0]
    return Announcement(brand, str(named["influencer_id"].iloc[best]), posts.iloc[[best]])


def most_engaging(posts: pd.DataFrame) -> np.ndarray:
    """Return the places of posts by likes and comments, most first; those with a picture before."""
    engaged = posts[["likes", "comments"]].astype(float).fillna(0).sum(axis=1)
    pictured = posts["image"].fillna("") != ""
    return np.lexsort((-engaged, ~pictured))

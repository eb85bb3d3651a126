"""Posts that made a label: their captions name an account that the author works with."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.reading.handles import handle, mentions

#: Ids may have hyphens, which handles have not.
_HYPHENATED = re.compile(r"(?<![\w.@＠])[@＠](\w[\w.-]*-[\w.-]*\w)")


def label_posts(dataset: Dataset) -> np.ndarray:
    """Return which posts name a partner: bool, one entry per row of `dataset.posts`.

    A brand's post that mentions (@) an influencer with whom it collaborates, or the other way
    round. Where labels were read off mentions, as those of the paper were, vectors that are
    computed from these posts know something of the answer.
    """
    found = np.zeros(len(dataset.posts), dtype=bool)
    found[named_partners(dataset)["post"]] = True
    return found


def named_partners(dataset: Dataset) -> pd.DataFrame:
    """Return who names whom: `post` (place in `dataset.posts`), `brand_id`, `influencer_id`.

    In the order of the collaborations, and of the posts for each.
    """
    captions = dataset.posts["caption"].fillna("").reset_index(drop=True)
    names = captions[captions.str.contains("[@＠]")].map(_named).explode().dropna()
    known = {handle(name): name for name in dataset.accounts["account_id"]}
    author = dataset.posts["account_id"].iloc[names.index].to_numpy()
    said = pd.DataFrame({"post": names.index, "author": author, "named": names.map(known).array})
    sides = (
        {"author": "brand_id", "named": "influencer_id"},
        {"named": "brand_id", "author": "influencer_id"},
    )
    either = pd.concat([said.rename(columns=side) for side in sides]).drop_duplicates()
    either = either.sort_values("post", kind="stable")
    return dataset.collaborations.merge(either, on=["brand_id", "influencer_id"])


def _named(caption: str) -> list[str]:
    """Return the handles, and the ids, that a caption mentions."""
    return [*mentions(caption), *map(handle, _HYPHENATED.findall(caption))]

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
    captions = dataset.posts["caption"].fillna("")
    names = captions[captions.str.contains("[@＠]")].map(_named).explode().dropna()
    known = {handle(name): name for name in dataset.accounts["account_id"]}
    named = names.map(known)
    author = dataset.posts["account_id"].loc[names.index]
    pairs = pd.MultiIndex.from_frame(dataset.collaborations[["brand_id", "influencer_id"]])
    partner = pd.MultiIndex.from_arrays([author, named]).isin(pairs)
    partner |= pd.MultiIndex.from_arrays([named, author]).isin(pairs)
    found = dataset.posts.index.isin(names.index[partner])
    return np.asarray(found)


def _named(caption: str) -> list[str]:
    """Return the handles, and the ids, that a caption mentions."""
    return [*mentions(caption), *map(handle, _HYPHENATED.findall(caption))]

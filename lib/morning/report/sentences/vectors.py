"""What vectors of accounts tell apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from morning.features import FeatureSet
from morning.plain import in_markdown

#: Block -> what of an account it is made of.
_MADE_OF = {
    "content_topics": "captions",
    "content_visual": "pictures",
    "audience_topics": "the captions of its audience",
    "audience_visual": "the pictures of its audience",
    "attribute": "attributes",
}


def most_posted(features: FeatureSet, block: str, names: Sequence[str] | None) -> list[str]:
    """Return what accounts post about most: the three largest columns of a block, on average.

    Parameters
    ----------
    features : FeatureSet
    block : str
        Of shares.
    names : sequence of str, optional
        What its columns are called; where that is not known, nothing is said.
    """
    if not names or block not in features.blocks:
        return []
    means = features.blocks[block][:, : len(names)].mean(axis=0)
    told = ", ".join(f"*{in_markdown(names[i])}* {means[i]:.0%}" for i in means.argsort()[::-1][:3])
    return [f"What {_MADE_OF[block]} are most about, on average over accounts: {told}."]


def separated(purity: pd.DataFrame) -> list[str]:
    """Return how well the blocks of a page know a brand's category.

    Parameters
    ----------
    purity : DataFrame
        As `neighbour_purity` returns it.
    """
    known = purity.dropna().sort_values("purity", ascending=False)
    if known.empty:
        return []
    shares = ", ".join(
        f"by {_MADE_OF.get(block, block)} {share:.0%}" for block, share in known["purity"].items()
    )
    return [
        f"Of the five brands nearest to a brand, these are of its category: {shares}; of random "
        f"ones {known['chance'].iloc[0]:.0%}."
    ]


def alike(similarity: pd.DataFrame) -> list[str]:
    """Return by which blocks a brand and its partners are more alike than strangers.

    Parameters
    ----------
    similarity : DataFrame
        As `pair_similarity` returns it.
    """
    means = similarity.groupby("kind").mean()
    if set(means.index) != {"partners", "random pairs"} or means.columns.empty:
        return []
    said = ", ".join(
        f"{_MADE_OF.get(block, block)} {means.loc['partners', block]:.2f} against "
        f"{means.loc['random pairs', block]:.2f}"
        for block in means
    )
    return [f"A brand and its partner against a brand and anybody, by mean cosine: {said}."]

"""What vectors of accounts tell apart."""

from __future__ import annotations

import pandas as pd

#: Block -> what of an account it is made of.
_MADE_OF = {
    "content_topics": "captions",
    "content_visual": "pictures",
    "audience_topics": "the captions of its audience",
    "audience_visual": "the pictures of its audience",
    "attribute": "attributes",
}


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
        "Of the five brands that are nearest to a brand, so many are of its category: "
        f"{shares}. Of random ones: {known['chance'].iloc[0]:.0%}."
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

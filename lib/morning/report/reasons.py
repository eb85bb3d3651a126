"""Reasons in words: what speaks for an influencer and what against, measured by the average one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from morning.errors import counted
from morning.features.block import KINDS
from morning.recommend.reasons import PAIR, POPULARITY, WHOLE
from morning.report.rankings import worth

if TYPE_CHECKING:
    from morning.recommend.encoder import Encoded
    from morning.recommend.recommender import Recommender
    from morning.report.names import Names

#: Block -> what brand and influencer do alike, and what it is called.
_ALIKE = {
    "content_topics": ("both write about", "captions"),
    "content_visual": ("both show", "pictures"),
    "audience_topics": ("both audiences write about", "captions of the audiences"),
    "audience_visual": ("both audiences show", "pictures of the audiences"),
    "attribute": ("both are about", "attributes"),
}
#: Collaborations of a pair of attributes: those of a brand with one and an influencer with another.
Met = Callable[[str, str], pd.DataFrame]


def in_words(
    reasons: pd.DataFrame,
    met: Met,
    names: Names | None = None,
    *,
    top: int = 5,
    against: int = 3,
) -> tuple[list[str], list[str]]:
    """Return sentences that speak for an influencer, and against, the weightiest first.

    A reason weighs what it adds beyond what it adds to the average influencer.

    Parameters
    ----------
    reasons : DataFrame
        From `Recommender.explain`.
    met : callable
        `Recommender.met`.
    names : Names, optional
        Words of topics that are somebody's id are left out.
    top, against : int
        How many of either, at most.
    """
    table = _joined(reasons).assign(ahead=lambda t: t["contribution"] - t["average"])
    table = table.sort_values("ahead", ascending=False, kind="stable")
    best, worst = table[table["ahead"] > 0].head(top), table[table["ahead"] < 0].tail(against)[::-1]
    for_it, against_it = (
        [f"{_sentence(row, met, names)} ({row['ahead']:+.2f})" for row in each.to_dict("records")]
        for each in (best, worst)
    )
    return for_it, against_it


def explanation(recommender: Recommender, brand: str | Encoded, influencer: str, top: int) -> str:
    """Return rank, score, reasons for and against, and the parts of the score, as text."""
    reasons = recommender.explain(brand, influencer)
    (place,) = recommender.rank(brand, None, among=[influencer], exclude_partners=False).to_dict(
        "records"
    )
    lines = [f"{influencer} has rank {place['rank']:,} by a score of {place['score']:.2f}."]
    if "chance" in place:
        chance = worth(place["chance"], place["chance_low"], place["chance_high"])
        lines[0] += f" Of a hundred accounts at this rank, {chance} are partners."
    for_it, against_it = in_words(reasons, recommender.met, top=top, against=top)
    for title, sentences in (("Speaks for it", for_it), ("Speaks against it", against_it)):
        if sentences:
            lines += ["", f"{title}, by the average influencer", *(f"- {s}" for s in sentences)]
    return "\n".join([*lines, "", summary(reasons).to_string(float_format="{:.2f}".format)])


def summary(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return what each block adds to the score, and to that of the average influencer."""
    there = [block for block in [*KINDS, ""] if block in set(reasons["block"])]
    sums = reasons.groupby("block")[["contribution", "average"]].sum().loc[there]
    sums.index = [block.replace("_", " ") or POPULARITY for block in there]
    sums.loc["score"] = sums.sum()
    return sums.assign(ahead=sums["contribution"] - sums["average"])


def _joined(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return reasons with associations summed by block: each column of theirs says little."""
    loose = reasons["how"] == "association"
    sums = reasons[loose].groupby("block", as_index=False)[["contribution", "average"]].sum()
    return pd.concat([reasons[~loose], sums.assign(what=WHOLE, how="association")])


def _sentence(row: dict[str, object], met: Met, names: Names | None) -> str:
    block, what, more = str(row["block"]), str(row["what"]), row["ahead"] > 0  # type: ignore[operator]
    if not block:
        return (
            "Near to fewer brands than others are, so that being near to this one says more"
            if more
            else "Near to many brands, so that being near to this one says less"
        )
    alike, name = _ALIKE[block]
    if row["how"] == "association":
        return f"Brands like this one {'often' if more else 'seldom'} choose such {name}"
    if what == WHOLE:
        return f"The {name} are {'more' if more else 'less'} alike than on average"
    if block == "attribute":
        return _of_attributes(what, bool(more), met)
    what = what.replace("_", " ")
    if names is not None:
        what = names.words(what)
    return f"{alike.capitalize()} {what}" if more else f"Less than on average, {alike} {what}"


def _of_attributes(what: str, more: bool, met: Met) -> str:
    own, _, theirs = what.partition(PAIR)
    past = met(own, theirs or own)
    if theirs:
        pair = f"The brand is about {own}, the influencer about {theirs}"
        pair += ", which go together" if more else ", which go together less than others"
    else:
        pair = f"Both are about {own}"
    pair = pair.replace("-", " ")
    if past.empty:
        return f"{pair}: in no past collaboration"
    brands = past["brand_id"].drop_duplicates()
    such = f"{counted(len(brands), 'brand')}, such as {brands.iloc[0]}"
    return f"{pair}: in {counted(len(past), 'past collaboration')} ({such})"

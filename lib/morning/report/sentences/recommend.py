"""How well brands are ranked for, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.errors import counted
from morning.plain import in_markdown
from morning.recommend.recommender import Recommender
from morning.report.headings import SUB_SCORES, number
from morning.report.rankings import of_hundred

Row = Mapping[str, Any]


def first_three(ranking: pd.DataFrame, brand: str, names: Mapping[str, str]) -> list[str]:
    """Return whom a brand should write to first, and what that is worth.

    Parameters
    ----------
    ranking : DataFrame
        As `Recommender.rank` returns it.
    brand : str
        What it is called.
    names : mapping of account id to name on the page
    """
    first = ranking.head(3)
    brand = in_markdown(brand)
    said = ", ".join(in_markdown(names.get(each, each)) for each in first["influencer_id"])
    if "chance" not in first:
        return [f"{brand} should write to {said} first."]
    worth = ", ".join(map(of_hundred, first["chance"]))
    return [f"{brand} should write to {said} first: {worth} in 100 such are partners."]


def by_what_is_known(rows: Sequence[Row], taken: Sequence[Row]) -> list[str]:
    """Return how much is lost with a brand of which less is known, and whether reasons are true.

    Parameters
    ----------
    rows : sequence of result rows
        As `studies.newcomers.newcomers` returns them.
    taken : sequence of mapping
        As `studies.counterfactuals.counterfactual_rows` returns them.
    """
    known = "; ".join(
        f"*{row['method']}* {number(row['map'], 'map')} ({number(row['auc'], 'auc')})"
        for row in rows
    )
    said = [f"MAP of test brands, and AUC in brackets, by what is known of them: {known}."]
    said += [
        f"Without what a reason names, {row['removed']}, the score falls by {row['named']:.3f}; "
        f"without as much at random, by {row['random']:.3f}."
        for row in taken
    ]
    return said


def first_ten(recommender: Recommender, brand: str, ranking: pd.DataFrame) -> list[str]:
    """Return how many of the first of a ranking are partners, beside what chance would give.

    Parameters
    ----------
    recommender : Recommender
    brand : str
    ranking : DataFrame
        The first of `Recommender.rank`, partners among them.
    """
    partners = recommender.partners(brand)
    everyone = recommender.rank(brand, None, exclude_partners=False)
    hits = int(ranking["influencer_id"].isin(partners).sum())
    expected = len(ranking) * len(partners) / len(everyone)
    places = everyone.loc[everyone["influencer_id"].isin(partners), "rank"]
    said = [
        f"{hits} of the first {len(ranking)} worked with {in_markdown(brand)}; as many drawn at "
        f"random would have {expected:.1f}.",
        f"Half of its {counted(len(partners), 'partner')} are among the first "
        f"{places.median():.0f} of {len(everyone):,}.",
    ]
    parts = [part for part in SUB_SCORES if part in ranking]
    shares = ranking[parts].clip(lower=0).sum()
    if shares.sum() > 0:
        told = ", ".join(f"{SUB_SCORES[p]} {shares[p] / shares.sum():.0%}" for p in parts)
        said.append(f"What speaks for the ten is {told}.")
    return said

"""What a run knows of brands and influencers as an explorer shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from morning.recommend.chance import Chance
from morning.recommend.encoder import Encoded
from morning.recommend.recommender import Recommender
from morning.report.explorer.page import PARTS, Board, page
from morning.report.names import Names
from morning.report.reasons import in_words
from morning.run import BEST

#: Influencers of each brand whose reasons are on the page, the first.
EXPLAINED = 10


def board(
    recommender: Recommender,
    brands: Mapping[str, str | Encoded],
    about: str,
    *,
    names: Names,
    explained: int = EXPLAINED,
) -> Board:
    """Return the rankings of brands, with what is known of the influencers.

    Parameters
    ----------
    recommender : Recommender
    brands : mapping of str to str or Encoded
        Name on the page -> id of a brand of the run, or one brand that was encoded.
    about : str
        One sentence on run and data.
    names : Names
        Of the accounts on the page. If these are hidden, further columns of text are left out:
        they may say who somebody is.
    explained : int
        How many of each brand are explained in words.
    """
    ids = recommender.influencers
    place = {account: i for i, account in enumerate(ids)}
    tables, reasons, partners = [], {}, []
    for b, brand in enumerate(brands.values()):
        ranking = recommender.rank(brand, None, exclude_partners=False)
        partners.append([place[i] for i in recommender.partners(brand)])
        for influencer in ranking["influencer_id"].head(explained):
            told = in_words(recommender.explain(brand, influencer), recommender.met, names)
            reasons[b, place[influencer]] = told
        tables.append(ranking.set_index("influencer_id").loc[ids])
    parts = {p: np.stack([t[p].to_numpy(float) for t in tables]) for p in PARTS if p in tables[0]}
    return Board(
        brands=list(brands),
        categories=[_category(recommender, brand) for brand in brands.values()],
        influencers=_columns(recommender, ids, names),
        parts=parts,
        partners=partners,
        worth=[_worth(recommender.chance(brand), len(ids)) for brand in brands.values()],
        reasons=reasons,
        notes=[brand.notes if isinstance(brand, Encoded) else [] for brand in brands.values()],
        about=about,
    )


def page_of(
    recommender: Recommender, brands: Mapping[str, str | Encoded], *, hide: bool = True
) -> str:
    """Return the explorer of brands as an HTML page; influencers are hidden behind pseudonyms.

    Those of generated and released data have no other names. With `hide` False ids are shown.
    """
    data = recommender.run.settings().get("data", "")
    known = data in ("demo", "public")
    about = f"Rankings by {BEST} of the run {recommender.run.folder.resolve().name}"
    about += f" on the data {data}" if known else ""
    about += ": a generated world, in which nobody is real." if data == "demo" else "."
    names = Names.of_ids(recommender.everyone, hide=hide and not known)
    title = (
        "A brand and its influencers"
        if len(brands) > 1
        else f"Influencers for {next(iter(brands))}"
    )
    return page(board(recommender, brands, about, names=names), title)


def _category(recommender: Recommender, brand: str | Encoded) -> str:
    if isinstance(brand, Encoded):
        return ""
    accounts = recommender.features.accounts
    category = accounts.loc[accounts["account_id"] == brand, "category"].iloc[0]
    return "" if pd.isna(category) else str(category)


def _columns(recommender: Recommender, ids: Sequence[str], names: Names) -> pd.DataFrame:
    """Return what is known of the influencers beside their vectors, in the order of their ids."""
    table = recommender.candidates.set_index("influencer_id").reindex(ids).reset_index(drop=True)
    known = names.plain(table.loc[:, table.notna().any()])
    return known.assign(influencer=[names.shown[i] for i in ids])


def _worth(
    chance: Chance | None, influencers: int
) -> list[tuple[int, int, float, float | None, float | None]]:
    """Return ranges of ranks that are worth the same, as a board has them."""
    if chance is None:
        return []
    rows = [(r.first, r.last, r.share, r.low, r.high) for r in chance.ranges]
    first, _, *worth = rows[-1]
    return [*rows[:-1], (first, influencers, *worth)]  # type: ignore[list-item]

"""Whether reasons are what the model goes by: the score falls when one is taken away.

From what an influencer shows, the reason that is named is removed: the captions or the pictures of
the posts that show it most, or the attribute. The account is then encoded and scored again, and so
it is after as much has been removed at random.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from morning.attributes.block import mean_vectors
from morning.dataset import Dataset
from morning.evaluation.uncertainty import mean_over_brands
from morning.features import FeatureSet
from morning.recommend.reasons import PAIR, WHOLE
from morning.recommend.recommender import Recommender

#: What is removed -> the block that names it.
REMOVED = {
    "captions": "content_topics",
    "pictures": "content_visual",
    "an attribute": "attribute",
}
_COLUMN = {"captions": "caption", "pictures": "image"}
_SHARE = 0.25  # of the posts that have it
_ARMS = ("named", "random")


def counterfactuals(
    recommender: Recommender,
    dataset: Dataset,
    brands: Iterable[str],
    *,
    top: int = 10,
    seed: int = 0,
) -> pd.DataFrame:
    """Take reasons away from the first influencers of brands, and as much at random.

    A quarter of the captions, or of the pictures, is removed; or one attribute of several. What is
    removed at random may be what is named.

    Parameters
    ----------
    recommender : Recommender
        Of a run that was made of posts.
    dataset : Dataset
        Its data.
    brands : iterable of str
    top : int
        Influencers per brand, known partners too.
    seed : int
        Of what is removed at random.

    Returns
    -------
    DataFrame
        A row per pair and kind of reason, none without posts: `brand_id`, `influencer_id`,
        `removed` (see `REMOVED`), `what`, and by how much the score falls without the `named` and
        without the `random`.
    """
    brands = () if dataset.posts.empty else brands
    reasons = _first_reasons(recommender, brands, top)
    rng = np.random.default_rng(seed)
    own = dataset.posts[dataset.posts["account_id"].isin(reasons["influencer_id"])]
    alone = replace(
        dataset,
        accounts=dataset.accounts[dataset.accounts["account_id"].isin(reasons["influencer_id"])],
        posts=own.reset_index(drop=True),
    )
    parts = [reasons.head(0).assign(named=0.0, random=0.0)]
    for removed, block in REMOVED.items():
        chosen = reasons[reasons["removed"] == removed]
        if chosen.empty:
            continue
        if removed in _COLUMN:
            chosen, changed = _without_posts(recommender, alone, chosen, removed, rng)
        else:
            chosen, changed = _without_attribute(recommender, chosen, rng)
        if changed:
            parts.append(chosen.assign(**_falls(recommender, chosen, block, changed)))
    return pd.concat(parts, ignore_index=True)


def counterfactual_rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, of each kind of reason, how far scores fall on average and how much more so.

    `ahead` is the mean over brands of named minus random, with its 95 % interval `ci95` (null
    where there are too few brands); `pairs` and `brands` say over how many.
    """
    rows = []
    for removed, table in found.groupby("removed", sort=False):
        more = (table["named"] - table["random"]).groupby(table["brand_id"]).mean()
        ahead = mean_over_brands(more.to_numpy())
        interval = ahead.difference_interval()
        rows.append(
            {
                "removed": str(removed),
                "pairs": len(table),
                "brands": ahead.brands,
                "named": float(table["named"].mean()),
                "random": float(table["random"].mean()),
                "ahead": ahead.value,
                "ci95": None if interval is None else list(interval),
                "more_often": float((table["named"] > table["random"]).mean()),
            }
        )
    return rows


def _first_reasons(recommender: Recommender, brands: Iterable[str], top: int) -> pd.DataFrame:
    """Return, for each pair and each kind, the reason furthest above what is usual."""
    rows = []
    for brand in brands:
        ranking = recommender.rank(brand, top, exclude_partners=False)
        for influencer in ranking["influencer_id"]:
            reasons = recommender.explain(brand, influencer)
            reasons = reasons[(reasons["how"] == "similarity") & (reasons["what"] != WHOLE)]
            ahead = reasons["contribution"] - reasons["average"]
            for removed, block in REMOVED.items():
                own = ahead[reasons["block"] == block]
                if len(own) and own.max() > 0:
                    rows.append((brand, influencer, removed, reasons.loc[own.idxmax(), "what"]))
    return pd.DataFrame(rows, columns=["brand_id", "influencer_id", "removed", "what"])


def _without_posts(
    recommender: Recommender,
    dataset: Dataset,
    reasons: pd.DataFrame,
    removed: str,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the reasons that posts show, and the block of the accounts without these posts."""
    block, column = REMOVED[removed], _COLUMN[removed]
    posts, shares = recommender.encoder.shown(dataset, block)
    place = {name: i for i, name in enumerate(recommender.encoder.names[block])}
    owners = posts.accounts["account_id"].to_numpy()[posts.owner]
    able = (posts.column(column).fillna("") != "").to_numpy()
    kept, accounts, changed = [], [], []
    for row in reasons.itertuples():
        own = np.flatnonzero((owners == row.influencer_id) & able)
        shown = shares[own, place[row.what]]
        if not shown.any():
            continue
        size = max(1, round(_SHARE * len(own)))
        without = own[np.argsort(-shown, kind="stable")[:size]], rng.choice(own, size, False)
        for arm, left_out in zip(_ARMS, without, strict=True):
            table = posts.table.iloc[posts.rows[owners == row.influencer_id]].copy()
            table.loc[posts.table.index[posts.rows[left_out]], column] = pd.NA
            account = f"{row.Index}-{arm}"
            accounts.append(account)
            changed.append(
                table.assign(account_id=account, post_id=account + "-" + table["post_id"])
            )
        kept.append(row.Index)
    if not kept:
        return reasons, {}
    about = dataset.accounts.head(0).reindex(range(len(accounts)))
    encoded = recommender.encode(
        replace(
            dataset,
            accounts=about.assign(account_id=accounts, role="influencer"),
            posts=pd.concat([dataset.posts.head(0), *changed], ignore_index=True),
            audiences=dataset.audiences.head(0),
        )
    )
    values = encoded.features.blocks[block]
    return reasons.loc[kept], {arm: values[i::2] for i, arm in enumerate(_ARMS)}


def _without_attribute(
    recommender: Recommender, reasons: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the reasons of accounts with several attributes, and their block without one."""
    encoder = recommender.encoder.attributes
    assert encoder is not None  # otherwise no reason names an attribute
    kept: list[Any] = []
    lists: dict[str, list[list[str]]] = {arm: [] for arm in _ARMS}
    for row in reasons.itertuples():
        own = sorted(set(encoder.lists[row.influencer_id]) & set(encoder.embedding.names))
        if len(own) < 2:
            continue
        named = row.what.rpartition(PAIR)[2]
        for arm, left_out in zip(_ARMS, (named, rng.choice(own)), strict=True):
            lists[arm].append([name for name in own if name != left_out])
        kept.append(row.Index)
    if not kept:
        return reasons, {}
    return reasons.loc[kept], {arm: mean_vectors(lists[arm], encoder.embedding) for arm in _ARMS}


def _falls(
    recommender: Recommender, reasons: pd.DataFrame, block: str, changed: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return by how much the score of each pair falls when a block of the influencer changes."""
    model, features = recommender.model, recommender.features
    brands = model.rows(features, features.rows(reasons["brand_id"]))
    there = features.rows(reasons["influencer_id"])
    accounts = features.accounts.iloc[there].reset_index(drop=True)
    blocks = {name: x[there] for name, x in features.blocks.items()}
    whole = FeatureSet(accounts, features.collaborations, blocks)
    before = _scores(recommender, brands, whole)
    return {
        arm: before - _scores(recommender, brands, replace(whole, blocks=blocks | {block: x}))
        for arm, x in changed.items()
    }


def _scores(recommender: Recommender, brands: np.ndarray, influencers: FeatureSet) -> np.ndarray:
    """Return the score of each brand with the influencer of the same row, shape (n,)."""
    rows = recommender.model.rows(influencers)
    products = recommender.model.products(brands, rows).values()
    return np.sum([np.sum(x * y, axis=1) for x, y in products], axis=0) + (
        recommender.model.popularity(rows)
    )

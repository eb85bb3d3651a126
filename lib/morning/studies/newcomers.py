"""How well brands that come later are ranked, and what a rank turns out to be worth.

Test brands took no part in any fit. As the run knows them, and encoded anew from a few posts, they
show what becomes of a brand of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import counted
from morning.evaluation import Task, brand_statistics, official_task, result_row
from morning.evaluation.uncertainty import mean_over_brands
from morning.features.block import PERSPECTIVES
from morning.recommend.chance import only, partners_by_rank
from morning.recommend.encoder import Encoded
from morning.recommend.recommender import Recommender
from morning.sources import Source
from morning.sources.newcomers import described, read_newcomers
from morning.studies.cases import default_brand

#: Posts of a brand that comes later.
POSTS = 8
#: Ranks that are looked at together.
RANGES = {"1 to 10": slice(0, 10), "11 to 50": slice(10, 50), "beyond": slice(50, None)}
IN_RUN = "in the run"


@dataclass(frozen=True, eq=False)
class Shown:
    """Brands as rows, of which some blocks are known."""

    rows: np.ndarray
    """float64 (B, D), NaN for what is not known."""
    known: Sequence[frozenset[str]]
    """Of each brand."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A brand that a page is about."""

    name: str
    asked: str | Encoded
    """To rank for it."""
    how: str
    """What of it is there."""

    @property
    def notes(self) -> list[str]:
        """What could not be used."""
        return self.asked.notes if isinstance(self.asked, Encoded) else []


def subject(
    recommender: Recommender, source: Source, *, posts: str = "", about: str = ""
) -> Subject:
    """Return the brand of a folder of posts, of a description, or a test brand.

    A test brand is encoded from eight of its posts and its biography, as if it came today; where
    the data have no posts, it is what the run knows of it.
    """
    if posts:
        new = read_newcomers(posts)
        count = counted(len(new.posts), "post")
        return Subject(Path(posts).resolve().name, recommender.encode(new), f"{count} of a folder")
    if about:
        return Subject(about, recommender.encode(described(about)), "a description")
    features = recommender.features
    name = default_brand(features, official_task(features))
    if not source.has_posts:
        return Subject(name, name, "the vectors of a test brand; the data have no posts")
    few = some_posts(source.dataset, [name], audience=False)
    how = f"{counted(len(few.posts), 'post')} and the biography of a test brand"
    return Subject(name, recommender.encode(few), how)


def newcomers(
    recommender: Recommender, dataset: Dataset | None = None, most: int | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rank for the test brands by less and less of what is known of them.

    Parameters
    ----------
    recommender : Recommender
    dataset : Dataset, optional
        With posts: the brands are encoded anew, from eight of their posts, with their audience and
        without, and from their biography alone.
    most : int, optional
        How many brands, the first; default all.

    Returns
    -------
    rows : list of dict
        Result rows of the official task, a method for each choice of what is known.
    shares : list of dict
        `known`, `ranks` (see `RANGES`), `stated` with `low` and `high`: the share of partners that
        the run states for these ranks, `observed` with `ci95`: that of these brands, among all
        influencers.
    """
    features = recommender.features
    split, everyone = (_first(official_task(features, pool), most) for pool in ("split", "all"))
    rows, shares = [], []
    for name, shown in _shown(recommender, dataset, split.brands).items():
        scores = _scores(recommender, shown, split.influencers)
        found = brand_statistics(scores, split.positives, split.categories)
        rows.append(result_row(name, [found], brands=len(split.brands)))
        scores = _scores(recommender, shown, everyone.influencers)
        partners = partners_by_rank(scores, everyone.positives)
        shares += [{"known": name, **each} for each in _agreement(recommender, shown, partners)]
    return rows, shares


def some_posts(dataset: Dataset, brands: Sequence[str], audience: bool) -> Dataset:
    """Return brands with the first of their posts, and with their audience or without."""
    members = dataset.audiences[dataset.audiences["account_id"].isin(brands) & audience]
    own = dataset.posts[dataset.posts["account_id"].isin(brands)]
    own = own[own.groupby("account_id").cumcount() < POSTS]
    others = dataset.posts[dataset.posts["account_id"].isin(members["audience_id"])]
    there = dataset.accounts["account_id"].isin({*brands, *members["audience_id"]})
    return replace(
        dataset,
        accounts=dataset.accounts[there].reset_index(drop=True),
        posts=pd.concat([own, others], ignore_index=True),
        audiences=members.reset_index(drop=True),
        collaborations=dataset.collaborations[:0],
    )


def _first(asked: Task, most: int | None) -> Task:
    return replace(
        asked,
        brands=asked.brands[:most],
        positives=asked.positives[:most],
        categories=asked.categories[:most],
    )


def _shown(
    recommender: Recommender, dataset: Dataset | None, brands: np.ndarray
) -> Mapping[str, Shown]:
    """Return the brands by what is known of them."""
    model, features = recommender.model, recommender.features
    rows, blocks = model.rows(features, brands), frozenset(features.blocks)
    found = {IN_RUN: Shown(rows, [blocks] * len(brands))}
    if dataset is None:
        for perspective, names in PERSPECTIVES.items():
            if own := blocks.intersection(names):
                name = f"{IN_RUN}, {perspective} alone"
                found[name] = Shown(only(model, rows, own), [own] * len(brands))
        return found if len(found) > 2 else {IN_RUN: found[IN_RUN]}
    ids = features.accounts["account_id"].iloc[brands].tolist()
    known = {"eight posts": some_posts(dataset, ids, audience=False)}
    if blocks.intersection(PERSPECTIVES["audience"]):
        own = frozenset(b for b in blocks if b not in PERSPECTIVES["audience"])
        name = f"{IN_RUN}, without audience"
        found[name] = Shown(only(model, rows, own), [own] * len(brands))
        known = {"eight posts and audience": some_posts(dataset, ids, audience=True)} | known
    posts = known["eight posts"].posts
    known["biography alone"] = replace(known["eight posts"], posts=posts[:0])
    for name, data in known.items():
        found[name] = _encoded(recommender, recommender.encode(data), ids)
    return found


def _encoded(recommender: Recommender, encoded: Encoded, ids: Sequence[str]) -> Shown:
    """Return encoded brands in the order of their ids."""
    place = encoded.features.rows(ids)
    known = [frozenset(b for b, there in encoded.known.items() if there[i]) for i in place]
    rows = recommender.model.rows(encoded.features, place)
    each = [only(recommender.model, row[None], own) for row, own in zip(rows, known, strict=True)]
    return Shown(np.vstack(each), known)


def _scores(recommender: Recommender, shown: Shown, influencers: np.ndarray) -> np.ndarray:
    model = recommender.model
    return model.score_rows(shown.rows, model.rows(recommender.features, influencers))["F"]


def _agreement(
    recommender: Recommender, shown: Shown, partners: np.ndarray
) -> list[dict[str, Any]]:
    """Return stated beside observed shares of partners, where anything is stated."""
    chances = recommender.chances.by_known
    said = [i for i, own in enumerate(shown.known) if own in chances]
    if not said:
        return []
    ranks = np.arange(1, partners.shape[1] + 1)
    tables = {own: chances[own].at(ranks) for own in {shown.known[i] for i in said}}
    rows = []
    for name, part in RANGES.items():
        if not len(ranks[part]):
            continue
        stated = pd.DataFrame([tables[shown.known[i]].iloc[part].mean(skipna=False) for i in said])
        observed = mean_over_brands(partners[said][:, part].mean(axis=1))
        low, high = (
            None if pd.isna(end) else float(end)
            for end in stated[["chance_low", "chance_high"]].mean(skipna=False)
        )
        rows.append(
            {
                "ranks": name,
                "stated": float(stated["chance"].mean()),
                "low": low,
                "high": high,
                "observed": observed.value,
                "ci95": observed.share_interval(),
            }
        )
    return rows

"""Who is ranked for whom: candidate pools and validation brands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.roster import Roster

#: Candidate pools: the positives of the ranked brands (the paper), or all influencers.
POOLS = ("split", "all")

R = TypeVar("R", bound=Roster)


@dataclass(frozen=True)
class Task:
    """A ranking task: every brand ranks every candidate.

    Attributes
    ----------
    brands : int array, shape (B,)
        Row numbers of the brands in the accounts.
    influencers : int array, shape (M,)
        Row numbers of the candidates.
    positives : bool array, shape (B, M)
    categories : str array, shape (B,)
        Category of each brand.
    pool : str
        How the candidates were chosen, one of `POOLS`.
    """

    brands: np.ndarray
    influencers: np.ndarray
    positives: np.ndarray
    categories: np.ndarray
    pool: str = "split"

    def describe(self) -> dict[str, int]:
        """Return the sizes of the task."""
        return {
            "brands": len(self.brands),
            "candidates": len(self.influencers),
            "positives": int(self.positives.sum()),
        }


def task(roster: Roster, brands: np.ndarray, pool: str = "split") -> Task:
    """Return the task of ranking for `brands` (row numbers).

    Parameters
    ----------
    roster : Roster
        A FeatureSet or Dataset.
    brands : int array
    pool : "split" or "all"
        Rank the union of these brands' positives (the paper's protocol), or all influencers.

    Raises
    ------
    MorningError
        If there is no brand, or the pool is unknown.
    """
    if pool not in POOLS:
        raise MorningError(f"unknown candidate pool {pool!r}; known are {', '.join(POOLS)}")
    if len(brands) == 0:
        raise MorningError("there is no brand to rank for")
    influencers = roster.influencers()
    positives = roster.positives(brands, influencers)
    if pool == "split":
        chosen = positives.any(axis=0)
        influencers, positives = influencers[chosen], positives[:, chosen]
    categories = roster.categories(brands)
    return Task(brands, influencers, positives, categories, pool)


def official_task(roster: Roster, pool: str = "split") -> Task:
    """Return the task of the test brands (on the public benchmark: 74 × 797)."""
    brands = roster.brands("test")
    if len(brands) == 0:
        raise MorningError("there is no brand with split = test")
    return task(roster, brands, pool)


def split_training(
    roster: Roster, fraction: float = 0.1, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the row numbers of the brands to fit on and to validate on.

    Brands with split = validation are the validation brands. Where there are none, `fraction`
    of the training brands (rounded down) are set aside, spread evenly over the categories:
    28 of 286 on the public benchmark, two or three of each.

    Raises
    ------
    MorningError
        If there are no training brands.
    """
    training, validation = roster.brands("train"), roster.brands("validation")
    if len(training) == 0:
        raise MorningError("there is no brand with split = train")
    if len(validation):
        return training, validation
    wanted = int(len(training) * fraction)
    categories = pd.Series(roster.categories(training))
    rng = np.random.default_rng(seed)
    # Draw the categories' first brands, then their second ones, …, until enough are drawn.
    shuffled = pd.Series(rng.permutation(len(training)))
    turn = shuffled.groupby(categories.loc[shuffled].to_numpy()).cumcount()
    shuffled = shuffled.iloc[np.argsort(turn.to_numpy(), kind="stable")]
    held_out = np.sort(shuffled.to_numpy()[:wanted])
    return np.delete(training, held_out), training[held_out]


def with_validation(roster: R, fraction: float) -> R:
    """Return the roster with the validation brands of `split_training` marked as such.

    If there are any, whoever splits it afterwards, by whatever fraction, gets the same ones:
    methods that are compared choose their settings on one set of brands.
    """
    held_out = split_training(roster, fraction)[1]
    accounts = roster.accounts.assign(split=roster.accounts["split"].astype(object))
    accounts.loc[accounts.index[held_out], "split"] = "validation"
    return replace(roster, accounts=accounts)

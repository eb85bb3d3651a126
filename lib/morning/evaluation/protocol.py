"""Who is ranked for whom: candidate pools and validation brands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from morning.errors import MorningError, counted
from morning.roster import Roster

#: Candidate pools: the positives of the ranked brands (the paper), or all influencers.
POOLS = ("split", "all")

#: Test brands below which a number says little, and pages say so.
FEW_BRANDS = 20

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
    """Return the task of the test brands (on the public benchmark: 74 × 797).

    Where every test brand worked with all candidates of the pool "split", as a single one always
    did, that pool leaves nothing to compare, and all influencers are ranked.
    """
    brands = roster.brands("test")
    if len(brands) == 0:
        raise MorningError("there is no brand with split = test")
    found = task(roster, brands, pool)
    return task(roster, brands, "all") if found.positives.all() else found


def training_task(roster: Roster) -> Task:
    """Return the task of the training brands: what models and methods are fitted on."""
    brands = roster.brands("train")
    if len(brands) == 0:
        raise MorningError("there is no brand with split = train")
    return task(roster, brands)


def mark_validation(roster: R, fraction: float = 0.1, seed: int = 0) -> R:
    """Return the roster with some training brands marked as validation brands.

    Called where data come in, so that nothing is ever fitted on these brands: neither a model nor
    topics, word vectors or the attribute graph. Whoever validates later reads the `split`.

    Parameters
    ----------
    roster : Roster
        Returned as it is where it has validation brands already.
    fraction : float
        Share of the training brands (rounded down), spread evenly over the categories: 28 of 286
        on the public benchmark, two or three of each.
    seed : int
        Of the draw.
    """
    training = roster.brands("train")
    wanted = int(len(training) * fraction)
    if wanted == 0 or len(roster.brands("validation")):
        return roster
    categories = pd.Series(roster.categories(training))
    rng = np.random.default_rng(seed)
    # Draw the categories' first brands, then their second ones, …, until enough are drawn.
    shuffled = pd.Series(rng.permutation(len(training)))
    turn = shuffled.groupby(categories.loc[shuffled].to_numpy()).cumcount()
    shuffled = shuffled.iloc[np.argsort(turn.to_numpy(), kind="stable")]
    split = roster.accounts["split"].astype("str")
    split.iloc[training[shuffled.to_numpy()[:wanted]]] = "validation"
    return replace(roster, accounts=roster.accounts.assign(split=split))


def caution(roster: Roster) -> str:
    """Return a sentence on how little the numbers say; "" where there are enough test brands.

    Differences have no interval then: see `morning.evaluation.uncertainty`.
    """
    number = len(roster.brands("test"))
    if number >= FEW_BRANDS:
        return ""
    return (
        f"With {counted(number, 'test brand')}, differences between methods are mostly chance, "
        "and no interval of theirs could be trusted: none is given."
    )

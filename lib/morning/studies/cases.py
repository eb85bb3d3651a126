"""The case study of Fig. 4: four accounts that a model ranks for one brand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.evaluation import Task
from morning.evaluation.metrics import ranks
from morning.features import FeatureSet
from morning.models.best import Best
from morning.models.checkpoint import TrainedModel
from morning.rankers.best import SimilarityOptions

TOP_PARTNER, TOP_STRANGER = "top partner", "top non-partner"
LOWEST_PARTNER, LOOK_ALIKE = "lowest partner", "low look-alike"
#: Role -> its name in the paper and its rank in Fig. 4, among the 797 candidates.
ROLES = {
    TOP_PARTNER: ("PE1", 1),
    TOP_STRANGER: ("NE1", 4),
    LOWEST_PARTNER: ("PEN", 200),
    LOOK_ALIKE: ("NESN", 65),
}
#: Column of `likeness` for all blocks together.
TOGETHER = "together"
_PREFERRED = "food"  # the category of the paper's brand


@dataclass(frozen=True)
class Case:
    """An account that stands for something in the ranking of a brand."""

    role: str
    """One of `ROLES`."""
    row: int
    """Row of the accounts."""
    account_id: str
    rank: int
    """Among all candidates; a tie has the worst rank of its group."""
    scores: Mapping[str, float]
    """f, g, h (those at hand) and F."""
    beats: Mapping[str, float]
    """Share of the other candidates that score lower, for each of `scores`."""


@dataclass(frozen=True, eq=False)
class CaseStudy:
    """A brand, the accounts that stand for something in its ranking, and how alike they are."""

    brand: str
    row: int
    """Row of the accounts."""
    partners: int
    candidates: int
    cases: Sequence[Case]
    absent: Mapping[str, str]
    """Role that no account has -> why."""
    typical: Mapping[str, float]
    """Role -> median rank over all brands of the task, for the roles that ranks alone define."""
    to_brand: pd.DataFrame
    """Likeness of every candidate (index: row of the accounts) to the brand, see `likeness`."""
    to_partner: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Likeness to the top partner; empty where there is none."""

    def case(self, role: str) -> Case | None:
        """Return the account of a role, None where no account has it."""
        return next((case for case in self.cases if case.role == role), None)


def default_brand(features: FeatureSet, task: Task) -> str:
    """Return the food brand with the most partners, as the paper's is one, or that of all."""
    partners = task.positives.sum(axis=1)
    preferred = task.categories == _PREFERRED
    chosen = np.argmax(np.where(preferred, partners, -1) if preferred.any() else partners)
    return str(features.accounts["account_id"].iloc[task.brands[chosen]])


def find_cases(
    features: FeatureSet, task: Task, models: Sequence[TrainedModel], brand: str
) -> CaseStudy:
    """Find the top and the lowest partner, the top non-partner, and a low look-alike.

    The look-alike is, of the non-partners in the lower half of the ranking, the one that is most
    like the top partner. Scores are means over the models.

    Parameters
    ----------
    features : FeatureSet
    task : Task
    models : sequence of TrainedModel
        One per seed.
    brand : str
        Account id of a brand of the task.

    Raises
    ------
    MorningError
        If it is none.
    """
    names = features.accounts["account_id"].iloc[task.brands].tolist()
    if brand not in names:
        raise MorningError(f"{brand!r} is no test brand; these are: {', '.join(names)}")
    place = names.index(brand)
    per_model = [model.score(features, task) for model in models]
    scores = {part: np.mean([each[part] for each in per_model], axis=0) for part in per_model[0]}
    every_rank = ranks(scores["F"])
    rank, partner = every_rank[place], task.positives[place]
    alike = Best.fit(features, SimilarityOptions())

    chosen = {
        TOP_PARTNER: _extreme(rank, partner),
        TOP_STRANGER: _extreme(rank, ~partner),
    }
    rest = partner.copy()
    rest[[each for each in (chosen[TOP_PARTNER],) if each is not None]] = False
    chosen[LOWEST_PARTNER] = _extreme(-rank, rest)
    row = int(task.brands[place])
    to_brand, to_partner = likeness(alike, features, row, task.influencers), pd.DataFrame()
    if (top := chosen[TOP_PARTNER]) is not None:
        reference = int(task.influencers[top])
        to_partner = likeness(alike, features, reference, task.influencers)
        low = ~partner & (2 * rank > len(rank))
        low[[each for each in (chosen[TOP_STRANGER],) if each is not None]] = False
        chosen[LOOK_ALIKE] = _extreme(-to_partner[TOGETHER].to_numpy(), low)

    cases = []
    for role, column in chosen.items():
        if column is not None:
            own = {part: float(s[place, column]) for part, s in scores.items()}
            others = len(rank) - 1
            beats = {
                part: float((s[place] < s[place, column]).sum() / others) if others else 0.0
                for part, s in scores.items()
            }
            account = int(task.influencers[column])
            name = str(features.accounts["account_id"].iloc[account])
            cases.append(Case(role, account, name, int(rank[column]), own, beats))
    return CaseStudy(
        brand=brand,
        row=row,
        partners=int(partner.sum()),
        candidates=len(rank),
        cases=cases,
        absent=_absent(partner, {case.role for case in cases}),
        typical=_typical(every_rank, task.positives),
        to_brand=to_brand,
        to_partner=to_partner,
    )


def case_rows(study: CaseStudy) -> list[dict[str, Any]]:
    """Return role, rank and scores of every account for a results file: nobody is named."""
    return [{"role": case.role, "rank": case.rank, **case.scores} for case in study.cases]


def likeness(
    alike: Best, features: FeatureSet, account: int, candidates: np.ndarray
) -> pd.DataFrame:
    """Return how alike candidates are to an account, block by block and all together.

    Parameters
    ----------
    alike : Best
        Says how blocks are compared and what each weighs.
    features : FeatureSet
    account : int
        Row number.
    candidates : int array, shape (M,)
        Row numbers.

    Returns
    -------
    DataFrame, one row per candidate
        A column per block, an inner product of rows of length 1, and `TOGETHER`, their weighted
        mean: 1 where both are the same.
    """
    own = alike.comparable(features, np.array([account]))
    others = alike.comparable(features, candidates)
    blocks = {name: others[name] @ own[name][0] for name in own}
    table = pd.DataFrame(blocks, index=candidates)
    weights = [alike.weights[name] for name in blocks]
    return table.assign(**{TOGETHER: np.average(table, axis=1, weights=weights)})


def nearer_than(table: pd.DataFrame, account: int, reference: int | None = None) -> pd.Series:
    """Return the share of the other candidates that are less alike than an account.

    Parameters
    ----------
    table : DataFrame
        From `likeness`.
    account : int
        Row number, one of its index.
    reference : int, optional
        The account that the table compares with, where it is itself a candidate: no rival.
    """
    others = table.drop(index=[account, *([reference] if reference is not None else [])])
    return (others < table.loc[account]).mean()


def _extreme(value: np.ndarray, among: np.ndarray) -> int | None:
    """Return where the lowest value is, of those that are `among`; None where none is."""
    places = np.flatnonzero(among)
    return int(places[np.argmin(value[places])]) if len(places) else None


def _absent(partner: np.ndarray, found: set[str]) -> dict[str, str]:
    """Return why no account has a role."""
    why = {
        TOP_PARTNER: "the brand has no partner among the candidates",
        TOP_STRANGER: "every candidate is a partner of the brand",
        LOWEST_PARTNER: "the brand has no second partner",
        LOOK_ALIKE: "no other non-partner is in the lower half of the ranking",
    }
    if not partner.any():
        why |= dict.fromkeys((LOWEST_PARTNER, LOOK_ALIKE), why[TOP_PARTNER])
    if partner.all():
        why[LOOK_ALIKE] = why[TOP_STRANGER]
    return {role: reason for role, reason in why.items() if role not in found}


def _typical(rank: np.ndarray, positives: np.ndarray) -> dict[str, float]:
    """Return the median ranks of top partners, top non-partners and lowest partners."""
    last = rank.shape[1] + 1
    found = {
        TOP_PARTNER: np.where(positives, rank, last).min(axis=1)[positives.any(axis=1)],
        TOP_STRANGER: np.where(positives, last, rank).min(axis=1)[~positives.all(axis=1)],
        LOWEST_PARTNER: np.where(positives, rank, 0).max(axis=1)[positives.sum(axis=1) > 1],
    }
    return {role: float(np.median(each)) for role, each in found.items() if len(each)}

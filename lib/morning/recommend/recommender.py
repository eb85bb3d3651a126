"""Who fits: rankings from a run, also for accounts that were in no training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import MorningError, counted
from morning.features import FeatureSet
from morning.models.best import Best, is_best
from morning.recommend.candidates import read_candidates
from morning.recommend.chance import Chances, only
from morning.recommend.encoder import Encoded, Encoder
from morning.recommend.reasons import contributions
from morning.recommend.shortlist import diverse, filtered, within_budget
from morning.run import Run

_NEAREST = 5
_LOOKED_AT = 1000  # candidates that diversity chooses from, the best


@dataclass(frozen=True, eq=False)
class Recommender:
    """The model of a run, its influencers, and what encodes accounts that come later.

    Attributes
    ----------
    run : Run
    features : FeatureSet
        Accounts of the run with their vectors.
    model : Best
    """

    run: Run
    features: FeatureSet
    model: Best

    @classmethod
    def load(cls, run: str | Path | Run) -> Recommender:
        """Open a run; neither its data nor its training are needed.

        Raises
        ------
        MorningError
            If there is no run, it has no model, or one of another version.
        """
        run = run if isinstance(run, Run) else Run(Path(run))
        if not run.manifest.is_file():
            raise MorningError(
                f"{run.folder}: no run is here; `make book` or `morning train` makes one"
            )
        if not is_best(run.best):
            raise MorningError(
                f"{run.folder}: this run has no model to rank by; `morning train --features "
                f"{run.vectors} --out NEW` fits one in seconds"
            )
        return cls(run, run.features(), Best.load(run.best))

    def encode(self, dataset: Dataset) -> Encoded:
        """Return vectors of accounts that are in no run; see `Encoder.encode`."""
        return self._encoder.encode(dataset)

    def rank(
        self,
        brand: str | Encoded,
        k: int | None = 20,
        *,
        among: Iterable[str] | None = None,
        exclude_partners: bool = True,
    ) -> pd.DataFrame:
        """Rank influencers for a brand.

        Parameters
        ----------
        brand : str or Encoded
            Id of a brand of the run, or one brand that `encode` returned.
        k : int, optional
            How many at most; None for all.
        among : iterable of str, optional
            Ids of the influencers to choose from; default all.
        exclude_partners : bool
            Leave out those that the brand is known to have worked with.

        Returns
        -------
        DataFrame, best first
            `influencer_id`; `rank` among all influencers of the run, from 1; `score`, the sum of
            f, g, h (those at hand) and `popularity`, which are columns, too; `chance`,
            `chance_low` and `chance_high`: the share of partners among accounts at that rank, for
            brands that took no part in the fit and of which as much is known, with its 95 %
            interval (`Chances`). Absent where nothing is known of the
            brand, or of others.

        Raises
        ------
        MorningError
            If an id is unknown; the nearest are named.
        """
        row, known, partners = self._brand(brand)
        scores = {part: each[0] for part, each in self.model.score_rows(row, self._rows).items()}
        score = scores.pop("F")
        table = pd.DataFrame(
            {"influencer_id": self._ids, "rank": _ranks(score), "score": score, **scores}
        )
        if chance := self.chances.by_known.get(known):
            table = pd.concat([table, chance.at(table["rank"].to_numpy())], axis=1)
        if exclude_partners:
            table = table[~table["influencer_id"].isin(partners)]
        if among is not None:
            table = table[table["influencer_id"].isin(self._known(among, self._ids))]
        return (
            table.sort_values("rank")
            .head(k if k is not None else len(table))
            .reset_index(drop=True)
        )

    def shortlist(
        self,
        brand: str | Encoded,
        k: int = 20,
        *,
        where: Sequence[str] = (),
        diversity: float = 0.0,
        budget: float | None = None,
        cost: str = "cost",
        exclude_partners: bool = True,
    ) -> tuple[pd.DataFrame, list[str]]:
        """Return the influencers to write to: who fits, meets conditions and can be paid.

        Parameters
        ----------
        brand, exclude_partners
            As in `rank`.
        k : int
            How many at most.
        where : sequence of str
            Conditions on the columns of `rank` and of `candidates`, see `shortlist.filtered`.
        diversity : float
            From 0, by score alone, to 1, by difference alone, see `shortlist.diverse`; of the
            thousand best.
        budget : float, optional
            Choose those who bring the most partners to expect for it, see
            `shortlist.within_budget`; with a diversity, of the `k` that it leaves.
        cost : str
            The column of costs.

        Returns
        -------
        DataFrame
            As of `rank`, with the columns of `candidates`.
        list of str
            What each condition removed, and what the budget buys.

        Raises
        ------
        MorningError
            As `rank` and the functions of `shortlist`.
        """
        ranking = self.rank(brand, None, exclude_partners=exclude_partners)
        table = ranking.merge(self.candidates, on="influencer_id", how="left")
        table, said = filtered(table, list(where))
        if diversity:
            table = table.head(max(_LOOKED_AT, k))
            place = pd.Index(self._ids).get_indexer(table["influencer_id"])
            alike = self._alike(place, place)
            table = table.iloc[diverse(table["score"].to_numpy(), alike, k, diversity)]
        if budget is None:
            return table.head(k).reset_index(drop=True), said
        for column in (cost, "chance"):
            if column not in table:
                raise MorningError(f"a budget needs a column {column!r}, and there is none")
        if not pd.api.types.is_numeric_dtype(table[cost]):
            raise MorningError(f"column {cost!r} does not hold numbers")
        costs = table[cost].to_numpy(dtype=float)
        table = table[within_budget(table["chance"].to_numpy(), costs, budget, k)]
        said.append(
            f"{counted(len(table), 'account')} for {table[cost].sum():,.0f} of {budget:,.0f}; "
            f"{table['chance'].sum():.1f} of them may be expected to be partners."
        )
        return table.reset_index(drop=True), said

    def rank_all(self, k: int = 20, *, exclude_partners: bool = True) -> pd.DataFrame:
        """Return the rankings of all brands of the run, one below the other, with `brand_id`."""
        brands = self.features.accounts["account_id"].iloc[self.features.brands()]
        rankings = {
            brand: self.rank(brand, k, exclude_partners=exclude_partners) for brand in brands
        }
        return (
            pd.concat(rankings, names=["brand_id"]).reset_index("brand_id").reset_index(drop=True)
        )

    def similar(self, influencer: str, k: int | None = 20) -> pd.DataFrame:
        """Return the influencers that are most like one, `influencer_id` and `similarity`.

        Similarity is the weighted mean of those of the blocks, from -1 to 1.
        """
        (place,) = np.flatnonzero(self._ids == self._known([influencer], self._ids)[0])
        alike = self._alike(np.arange(len(self._ids)), np.array([place]))[:, 0]
        table = pd.DataFrame({"influencer_id": self._ids, "similarity": alike}).drop(index=place)
        best = table.sort_values("similarity", ascending=False)
        return best.head(len(table) if k is None else k).reset_index(drop=True)

    def explain(self, brand: str | Encoded, influencer: str) -> pd.DataFrame:
        """Return what each thing adds to the score of an influencer for a brand.

        Returns
        -------
        DataFrame
            See `reasons.contributions`: topics by their words, objects and scenes by their names.
        """
        row, _, _ = self._brand(brand)
        place = np.flatnonzero(self._ids == self._known([influencer], self._ids)[0])
        return contributions(self.model, row, self._rows[place], self._encoder.names())

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """What is known of the influencers beside their vectors, see `candidates.candidates`."""
        return read_candidates(self.run.candidates)

    @cached_property
    def chances(self) -> Chances:
        """What ranks are worth."""
        return Chances.load(self.run.chances)

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self.features, self.run.prepared)

    @cached_property
    def _influencers(self) -> np.ndarray:
        return self.features.influencers()

    @cached_property
    def _ids(self) -> np.ndarray:
        return self.features.accounts["account_id"].to_numpy(dtype=object)[self._influencers]

    @cached_property
    def _rows(self) -> np.ndarray:
        return self.model.rows(self.features, self._influencers)

    def _alike(self, some: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return the weighted mean of the blocks' similarities, shape (some, others)."""
        return self._rows[some] @ self._rows[others].T / sum(self.model.weights.values())

    def _brand(self, brand: str | Encoded) -> tuple[np.ndarray, frozenset[str], set[str]]:
        """Return the row of a brand, (1, D), the blocks that are known, and its partners."""
        if isinstance(brand, Encoded):
            brands = brand.features.brands()
            if len(brands) != 1:
                raise MorningError(f"one brand is ranked for at a time, not {len(brands)}")
            known = frozenset(b for b, there in brand.known.items() if there[brands[0]])
            row = self.model.rows(brand.features, brands)
            return only(self.model, row, known), known, set()
        places = self.features.brands()
        ids = self.features.accounts["account_id"].to_numpy(dtype=object)[places]
        place = places[ids == self._known([brand], ids)[0]]
        pairs = self.features.collaborations
        partners = set(pairs.loc[pairs["brand_id"] == brand, "influencer_id"])
        return self.model.rows(self.features, place), frozenset(self.model.input_sizes), partners

    def _known(self, asked: Iterable[str], ids: np.ndarray) -> list[str]:
        """Return ids as they are.

        Raises
        ------
        MorningError
            If one is unknown.
        """
        asked, there = list(asked), set(ids)
        for name in asked:
            if name not in there:
                nearest = get_close_matches(str(name), list(ids), _NEAREST, cutoff=0)
                raise MorningError(
                    f"{name!r} is not in the run; the nearest are {', '.join(nearest)}"
                )
        return asked


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Return ranks from 1, the highest score first; equals in their order."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks

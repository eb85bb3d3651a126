"""Who fits: rankings from a run, also for accounts that were in no training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from morning.dataset import Dataset
from morning.errors import MorningError, counted
from morning.features import FeatureSet
from morning.features.many import over
from morning.files import held
from morning.models.best import Best, is_best
from morning.recommend.added import Added, Adding, read_removed, write_removed
from morning.recommend.batch import Batch
from morning.recommend.candidates import candidates, read_candidates, stacked, suspicious
from morning.recommend.chance import Chance, Chances, only
from morning.recommend.encoder import Encoded, Encoder, absent
from morning.recommend.index import make_index, open_index, state
from morning.recommend.pool import Computed, Part, Pool
from morning.recommend.rankings import SHARD, Rankings, state_of
from morning.recommend.reasons import Attributes, Average, contributions, met
from morning.recommend.shortlist import diverse, filtered, within_budget
from morning.roster import Roster
from morning.run import Run
from morning.scale.engines import workers_kept

_NEAREST = 5
_ODD = 5  # notes on what could not be used, at most
_LEFT_OUT = {
    "brand": "influencers alone are added",
    "own": "already in the run itself",
    "unknown": "nothing is known of them",
}
_COMPARED = 10_000  # ids that a mistyped one is compared with
_LOOKED_AT = 1000  # candidates that diversity chooses from, the best
_AVERAGED = 50_000  # influencers whose mean is the average one, evenly chosen


class UnknownAccountError(MorningError):
    """An id that is not in the run."""


@dataclass(frozen=True, eq=False)
class Recommender:
    """The model of a run, its influencers, and what encodes accounts that come later.

    Attributes
    ----------
    run : Run
    features : FeatureSet
        Accounts of the run with their vectors.
    model : Best
    added : Added, optional
    removed : frozenset of str
        Ids of those who are no candidates any more.
    state : str
        Of the run when it was loaded, as `rankings.state_of` says it.
    """

    run: Run
    features: FeatureSet
    model: Best
    added: Added | None = None
    removed: frozenset[str] = frozenset()
    state: str = ""

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
                f"{run.folder.absolute()}: no run is here; `make book` or `morning train` makes "
                "one, or name the folder of another"
            )
        if not is_best(run.best):
            raise MorningError(
                f"{run.folder}: this run has no model to rank by; `morning train --features "
                f"{run.vectors} --out NEW` fits one in seconds"
            )
        state, removed = state_of(run), frozenset(read_removed(run))
        return cls(run, run.features(), Best.load(run.best), Added.load(run), removed, state)

    def encode(self, dataset: Dataset) -> Encoded:
        """Return vectors of accounts that are in no run; see `Encoder.encode`."""
        return self.encoder.encode(dataset)

    def add(self, dataset: Dataset | Iterable[Dataset]) -> tuple[Recommender, list[str]]:
        """Add influencers that are in no run to the candidates, all of them or none.

        One that was added before is encoded anew; one of whom nothing is known is left out.

        Parameters
        ----------
        dataset : Dataset, or iterable of Dataset
            Their posts, biographies and audiences; brands and collaborations are not used. Of
            several, such as `sources.partitioned.parts` yields, one is in memory at a time.

        Returns
        -------
        Recommender
            Of the run with them.
        list of str
            Who was added, and what could not be used.

        Raises
        ------
        MorningError
            If there is nobody to add: nothing is known of them, or all are in the run itself.
        """
        odd: dict[str, None] = {}
        known: dict[str, bool] = {}
        left = {"brand": 0, "own": 0, "unknown": 0}
        own = pd.Index(self.features.accounts["account_id"])
        with held(self.run.folder), workers_kept():  # or what another adds meanwhile was lost
            index, adding = open_index(self.run, self.model), Adding(self.run)
            try:
                for each in [dataset] if isinstance(dataset, Dataset) else dataset:
                    ids, role = each.accounts["account_id"], each.accounts["role"]
                    is_brand, is_own = role == "brand", (role == "influencer") & ids.isin(own)
                    new = each.accounts[~is_brand & ~is_own].reset_index(drop=True)
                    left["brand"] += int(is_brand.sum())
                    left["own"] += int(is_own.sum())
                    encoded = self.encode(replace(each, accounts=new))
                    batch = Batch.of(encoded, candidates(each))
                    left["unknown"] += len(encoded.features) - len(batch)
                    if len(batch):
                        adding.write(batch)
                        odd |= dict.fromkeys(encoded.odd)
                        known = {
                            n: bool(x.any()) or known.get(n, False)
                            for n, x in encoded.known.items()
                        }
                if not adding.ids:
                    raise MorningError(
                        "nobody was added: all are already in the run itself"
                        if left["own"] and not left["unknown"]
                        else "nothing that the run knows was found of any influencer"
                    )
                adding.finish()
            finally:
                adding.sweep()
            write_removed(self.run, set(read_removed(self.run)) - adding.ids)
            if index is not None:
                new = Computed(self.model, adding.parts())
                index.store.add(new.ids.tolist(), new.batches(), state(self.run))
        said = [f"{counted(len(adding.ids), 'influencer')} added.", *absent(known)]
        said += list(odd)[:_ODD]
        if more := len(odd) - _ODD:
            said += [f"{counted(more, 'further note')} of the kind."] if more > 0 else []
        said += [
            f"{counted(n, 'brand' if why == 'brand' else 'influencer')} left out: {_LEFT_OUT[why]}."
            for why, n in left.items()
            if n
        ]
        return Recommender.load(self.run), said

    def remove(self, ids: Iterable[str]) -> Recommender:
        """Take influencers from the candidates; what was learnt of them stays in the model.

        Returns
        -------
        Recommender
            Of the run without them.

        Raises
        ------
        MorningError
            If an id is unknown.
        """
        gone = self._known(ids, self._index)
        with held(self.run.folder):
            index = open_index(self.run, self.model)
            write_removed(self.run, [*read_removed(self.run), *gone])
            if index is not None:
                index.store.remove(gone, state(self.run))
        return Recommender.load(self.run)

    def make_index(self, recall: float | None = 0.98) -> tuple[Recommender, list[str]]:
        """Write the vectors of all candidates to disk, where they are searched from then on.

        Parameters
        ----------
        recall : float, optional
            With an index for approximate answers, which finds at least this share of the 20
            best of the brands of the run; None: none.

        Returns
        -------
        Recommender
            Of the run with them.
        list of str
            What was written.

        Raises
        ------
        MorningError
            If faiss is not installed, or another process writes to the run.
        """
        with held(self.run.folder):
            store = make_index(self.run, self._computed)
        notes = [f"{counted(len(store), 'influencer')} on disk."]
        if recall is not None:
            brands = self.model.rows(self.features, self.features.brands())
            queries = np.sum(list(self.model.queries(brands).values()), axis=0)
            found = store.indexed(queries, recall).recall
            notes.append(
                "So few are all looked at, also where an answer may be approximate."
                if found is None
                else f"Approximate answers find {found:.1%} of the best 20 on average, as measured "
                f"with {counted(len(queries) // 2, 'brand')} that decided nothing."
            )
        return Recommender.load(self.run), notes

    def rank(
        self,
        brand: str | Encoded,
        k: int | None = 20,
        *,
        among: Iterable[str] | None = None,
        exclude_partners: bool = True,
        approximate: bool = False,
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
        approximate : bool
            Ask an index and not everyone. Ranks are then among those to choose from, and nothing
            is said of what they are worth; `attrs["recall"]` has the share of the best that is
            found, as it was measured when the index was made.

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
        wanted = np.ones(len(self._ids), dtype=bool)
        if exclude_partners:
            wanted[self._places(partners)] = False
        if among is not None:
            chosen = np.zeros(len(wanted), dtype=bool)
            chosen[self._places(self._known(among, self._index))] = True
            wanted &= chosen
        if approximate:
            if k is None:
                raise MorningError("an approximate answer has an end: say how many")
            places, recall = self._pool.nearest(row, k, wanted)
            table = self._table(row, places, np.arange(1, len(places) + 1))
            table.attrs["recall"] = recall
            return table
        table = self._table(row, *_best(self._pool.scores(row), k, wanted))
        if chance := self.chances.by_known.get(known):
            table = pd.concat([table, chance.at(table["rank"].to_numpy())], axis=1)
        return table

    @property
    def influencers(self) -> list[str]:
        """The ids of all candidates."""
        return self._ids.tolist()

    def test_brands(self) -> list[str]:
        """Return the ids of the brands that took no part in any fit."""
        features = self.features
        return features.accounts["account_id"].iloc[features.brands("test")].tolist()

    def partners(self, brand: str | Encoded) -> set[str]:
        """Return the ids of the influencers that a brand is known to have worked with."""
        return self._brand(brand)[2]

    def chance(self, brand: str | Encoded) -> Chance | None:
        """Return what ranks are worth for a brand of which as much is known; None: not known."""
        _, known, _ = self._brand(brand)
        return self.chances.by_known.get(known)

    def shortlist(
        self,
        brand: str | Encoded,
        k: int = 20,
        *,
        where: Sequence[str] = (),
        diversity: float = 0.0,
        budget: float | None = None,
        cost: str = "cost",
        known: pd.DataFrame | None = None,
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
        known : DataFrame, optional
            `influencer_id`, and columns to filter by; default `candidates`.

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
        table = ranking.merge(
            self.candidates if known is None else known, on="influencer_id", how="left"
        )
        table, said = filtered(table, list(where))
        if diversity:
            table = table.head(max(_LOOKED_AT, k))
            rows = self._pool.rows(self._index.get_indexer(table["influencer_id"]))
            alike = self._alike(rows, rows)
            table = table.iloc[diverse(table["score"].to_numpy(), alike, k, diversity)]
        if budget is None:
            return table.head(k).reset_index(drop=True), said
        for column in (cost, "chance"):
            if column not in table:
                raise MorningError(
                    f"a budget needs a column {column!r} of the accounts, and there is none; "
                    "`cost` names the column of costs"
                )
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
        """Return the rankings of all brands of the run, one below the other, with `brand_id`.

        Many brands are ranked for in shards, where `Engine.chosen` says: workers open the run,
        which must not have changed since it was loaded here.
        """
        brands = self.features.accounts["account_id"].iloc[self.features.brands()]
        if len(brands) <= SHARD:
            rankings = {b: self.rank(b, k, exclude_partners=exclude_partners) for b in brands}
            return pd.concat(rankings, names=["brand_id"]).reset_index(0).reset_index(drop=True)
        run = replace(self.run, folder=self.run.folder.resolve())
        step = Rankings(run, k, exclude_partners, self.state)
        return over(pa.table({"brand_id": brands}), step, SHARD, "brands").to_pandas()

    def similar(self, influencer: str, k: int | None = 20) -> pd.DataFrame:
        """Return the influencers that are most like one, `influencer_id` and `similarity`.

        Similarity is the weighted mean of those of the blocks, from -1 to 1.
        """
        place = self._place(influencer)
        alike = self._pool.alike(self._pool.rows(place))
        table = pd.DataFrame({"influencer_id": self._ids, "similarity": alike}).drop(index=place)
        best = table.sort_values("similarity", ascending=False)
        return best.head(len(table) if k is None else k).reset_index(drop=True)

    def explain(self, brand: str | Encoded, influencer: str) -> pd.DataFrame:
        """Return what each thing adds to the score of an influencer for a brand.

        Returns
        -------
        DataFrame
            See `reasons.contributions`: topics by their words, objects and scenes by their names,
            attributes in pairs.
        """
        row, _, _ = self._brand(brand)
        shown, attributes = self._pool.rows(self._place(influencer)), None
        if (encoder := self.encoder.attributes) is not None:
            own, theirs = self._attributes(brand), self._attributes(influencer)
            attributes = Attributes(own, theirs, encoder.embedding) if own and theirs else None
        return contributions(self.model, row, shown, self.encoder.names, self._average, attributes)

    def met(self, brand: str, influencer: str) -> pd.DataFrame:
        """Return past collaborations of brands with an attribute and influencers with another.

        Of training brands alone: the attribute graph was made of these.
        """
        if (encoder := self.encoder.attributes) is None:
            return self.features.collaborations.head(0)
        ids, pairs = self.features.accounts["account_id"], self.features.collaborations
        past = pairs[pairs["brand_id"].isin(ids.iloc[self.features.brands("train")])]
        return met(encoder.lists, past, brand, influencer)

    def posts_that_show(
        self, dataset: Dataset, account: str, block: str, what: str
    ) -> pd.DataFrame:
        """Return the posts of an account that show a topic, an object or a scene, most first.

        Parameters
        ----------
        dataset : Dataset
            With the posts of the account: of the run, or those of a new one.
        account : str
        block : "content_topics" or "content_visual"
        what : str
            As `explain` calls it.

        Returns
        -------
        DataFrame
            Rows of `posts` with `shown`, from 0 to 1; without those that do not show it at all.
        """
        own = dataset.accounts[dataset.accounts["account_id"] == account]
        posts = dataset.posts[dataset.posts["account_id"] == account]
        alone = replace(dataset, accounts=own, posts=posts.reset_index(drop=True))
        found, shares = self.encoder.shown(alone, block)
        shown = shares[:, self.encoder.names[block].index(what)]
        table = found.table.iloc[found.rows].assign(shown=shown)
        return table[table["shown"] > 0].sort_values("shown", ascending=False, kind="stable")

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """What is known of the influencers beside their vectors, see `candidates.candidates`."""
        table = read_candidates(self.run.candidates)
        if self.added is None:
            return table
        table = stacked([table, self.added.candidates])
        return table.assign(suspicious=suspicious(table))

    @cached_property
    def chances(self) -> Chances:
        """What ranks are worth."""
        return Chances.load(self.run.chances)

    @cached_property
    def encoder(self) -> Encoder:
        """What turns new accounts into vectors, and names what the columns of vectors show."""
        return Encoder(self.features, self.run.prepared)

    @cached_property
    def everyone(self) -> Roster:
        """Accounts of the run and those that were added, without those that were removed."""
        accounts = self.features.accounts
        if self.added is not None:
            accounts = pd.concat([accounts, self.added.accounts], ignore_index=True)
        there = ~accounts["account_id"].isin(self.removed)
        return Roster(accounts[there].reset_index(drop=True), self.features.collaborations)

    @cached_property
    def _pool(self) -> Pool:
        return open_index(self.run, self.model) or self._computed

    @cached_property
    def _computed(self) -> Computed:
        every = self.features.influencers()
        parts = [Part(self.features, every, {}), *(self.added.parts if self.added else [])]
        return Computed(self.model, [part.without(self.removed) for part in parts])

    @property
    def _ids(self) -> np.ndarray:
        return self._pool.ids

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self._ids)

    def _place(self, influencer: str) -> np.ndarray:
        """Return the place of one influencer, (1,)."""
        return self._places(self._known([influencer], self._index))

    def _places(self, ids: Iterable[str]) -> np.ndarray:
        """Return the places of those influencers that are candidates."""
        places = self._index.get_indexer(list(ids))
        return places[places >= 0]

    def _table(self, row: np.ndarray, places: np.ndarray, ranks: np.ndarray) -> pd.DataFrame:
        """Return some influencers with their ranks and scores for a brand."""
        parts = self._pool.parts(row, places)
        score = np.sum(list(parts.values()), axis=0)
        named = {"influencer_id": self._ids[places], "rank": ranks, "score": score}
        return pd.DataFrame(named | parts)

    def _attributes(self, account: str | Encoded) -> tuple[str, ...]:
        """Return the attributes of an account of the run, or of the only new one."""
        if isinstance(account, Encoded):
            return next(iter(account.attributes.values()), ())
        encoder = self.encoder.attributes
        if self.added and (later := self.added.attributes(account)) is not None:
            return later
        return () if encoder is None else tuple(encoder.lists.get(account, ()))

    @cached_property
    def _average(self) -> Average:
        n = len(self._ids)
        some = np.linspace(0, n - 1, min(n, _AVERAGED)).astype(np.int64)
        return Average.of(self.model, self._pool.rows(some))

    def _alike(self, some: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return the weighted mean of the blocks' similarities of rows, shape (some, others)."""
        ours, theirs = (np.nan_to_num(rows) for rows in (some, others))
        return ours @ theirs.T / sum(self.model.weights.values())

    def _brand(self, brand: str | Encoded) -> tuple[np.ndarray, frozenset[str], set[str]]:
        """Return the row of a brand, (1, D), the blocks that are known, and its partners."""
        if isinstance(brand, Encoded):
            brands = brand.features.brands()
            if len(brands) != 1:
                raise MorningError(f"one brand is ranked for at a time, not {len(brands)}")
            known = frozenset(b for b, there in brand.known.items() if there[brands[0]])
            row = self.model.rows(brand.features, brands)
            return only(self.model, row, known), known, set()
        place = self._brands[self._known([brand], self._brands)[0]]
        row = self.model.rows(self.features, np.array([place]))
        return row, frozenset(self.model.input_sizes), self._partners.get(brand, set())

    @cached_property
    def _brands(self) -> dict[str, int]:
        """The brands of the run, and their rows."""
        places = self.features.brands()
        ids = self.features.accounts["account_id"].iloc[places]
        return dict(zip(ids, places, strict=True))

    @cached_property
    def _partners(self) -> dict[str, set[str]]:
        pairs = self.features.collaborations
        return pairs.groupby("brand_id")["influencer_id"].agg(set).to_dict()

    def _known(self, asked: Iterable[str], ids: Collection[str]) -> list[str]:
        """Return ids as they are.

        Raises
        ------
        MorningError
            If one is unknown.
        """
        asked = list(asked)
        for name in asked:
            if name not in ids:
                alike = [each for each in ids if each[:1] == str(name)[:1]] or list(ids)
                nearest = get_close_matches(str(name), alike[:_COMPARED], _NEAREST, cutoff=0)
                raise UnknownAccountError(
                    f"{name!r} is not in the run; the nearest are {', '.join(nearest)}"
                )
        return asked


def _best(scores: np.ndarray, k: int | None, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the k best that are wanted, and their ranks among all, from 1.

    Of equals the earlier place comes first.
    """
    most = len(scores) if k is None else min(len(scores), k + int((~wanted).sum()))
    places = np.arange(len(scores))
    if most < len(scores):
        least = np.partition(scores, -most)[-most]
        places = np.flatnonzero(scores >= least)
    places = places[np.argsort(-scores[places], kind="stable")]
    chosen = wanted[places]
    return places[chosen][:k], np.flatnonzero(chosen)[:k] + 1

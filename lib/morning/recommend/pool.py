"""Whom a run ranks: influencers with their vectors, computed when asked for or kept on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.models.best import Best
from morning.scale.store import VectorStore

#: Rows that are computed once and kept; of more, so many at a time and each time anew.
_KEPT_BYTES = 1 << 30
_BATCH = 4096


class Pool(Protocol):
    """Influencers, addressed by their places in `ids`; D is the number of columns of all blocks."""

    @property
    def ids(self) -> np.ndarray:
        """Who there is, object (n,)."""

    def rows(self, places: np.ndarray) -> np.ndarray:
        """Return rows as `Best.rows` does, float64 (len(places), D); NaN: not known."""

    def scores(self, brand: np.ndarray) -> np.ndarray:
        """Return F of all for the row of a brand, (1, D), float (n,)."""

    def parts(self, brand: np.ndarray, places: np.ndarray) -> dict[str, np.ndarray]:
        """Return f, g, h (those at hand) and popularity of some, float64 (len(places),) each."""

    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """Return the places of nearly the k best of those that are wanted, best first.

        The share of the best that is found, as it was measured; None where all are.
        """

    def alike(self, row: np.ndarray) -> np.ndarray:
        """Return how alike all are to one, (1, D): the mean of the blocks' similarities, (n,)."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some influencers of a FeatureSet.

    Attributes
    ----------
    features : FeatureSet
    places : int array, shape (n,)
        Their rows there.
    known : dict of block to bool array, shape (accounts of the set,)
        Of whom a block is known; a block that is not there is known of all.
    """

    features: FeatureSet
    places: np.ndarray
    known: Mapping[str, np.ndarray]

    @property
    def ids(self) -> np.ndarray:
        """Who they are, object (n,)."""
        return self.features.accounts["account_id"].to_numpy(dtype=object)[self.places]

    def without(self, ids: Collection[str]) -> Part:
        """Return the part without some of its members."""
        there = ~pd.Index(self.ids).isin(list(ids))
        return replace(self, places=self.places[there])


@dataclass(frozen=True, eq=False)
class Computed:
    """Rows that are computed from the vectors of FeatureSets."""

    model: Best
    members: Sequence[Part]

    @cached_property
    def ids(self) -> np.ndarray:
        """As `Pool` says."""
        return np.concatenate([part.ids for part in self.members])

    def rows(self, places: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        if self._kept is not None:
            return self._kept[places]
        found = np.empty((len(places), self._width))
        for part, first, last in self._bounds():
            here = (places >= first) & (places < last)
            found[here] = self._computed(part, places[here] - first)
        return found

    def batches(self) -> Iterator[np.ndarray]:
        """Yield all rows, in the order of `ids`."""
        if self._kept is not None:
            yield self._kept
            return
        for part, first, last in self._bounds():
            for start in range(0, last - first, _BATCH):
                yield self._computed(part, np.arange(start, min(start + _BATCH, last - first)))

    def scores(self, brand: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        return np.concatenate([self.model.score_rows(brand, x)["F"][0] for x in self.batches()])

    def parts(self, brand: np.ndarray, places: np.ndarray) -> dict[str, np.ndarray]:
        """As `Pool` says."""
        scores = self.model.score_rows(brand, self.rows(places))
        return {part: each[0] for part, each in scores.items() if part != "F"}

    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """As `Pool` says; there is no index.

        Raises
        ------
        MorningError
        """
        raise MorningError("an approximate answer needs an index of the run: `morning index`")

    def alike(self, row: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        one = np.nan_to_num(row[0]) / sum(self.model.weights.values())
        return np.concatenate([np.nan_to_num(rows) @ one for rows in self.batches()])

    @property
    def _width(self) -> int:
        return sum(self.model.input_sizes.values())

    @cached_property
    def _kept(self) -> np.ndarray | None:
        """All rows, where they are few."""
        n = sum(len(part.places) for part in self.members)
        if n * self._width * 8 > _KEPT_BYTES:
            return None
        rows = [self._computed(part, np.arange(len(part.places))) for part in self.members]
        return np.concatenate(rows)

    def _bounds(self) -> Iterator[tuple[Part, int, int]]:
        """Yield each part with the place of its first member and the one after its last."""
        first = 0
        for part in self.members:
            yield part, first, first + len(part.places)
            first += len(part.places)

    def _computed(self, part: Part, members: np.ndarray) -> np.ndarray:
        accounts = part.places[members]
        rows = self.model.rows(part.features, accounts)
        for block, known in part.known.items():
            rows[np.ix_(~known[accounts], self.model.columns(block))] = np.nan
        return rows


@dataclass(frozen=True, eq=False)
class Stored:
    """Vectors of `Best.factors` in a store, single precision."""

    model: Best
    store: VectorStore

    @property
    def ids(self) -> np.ndarray:
        """As `Pool` says."""
        return self.store.ids

    def rows(self, places: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        factors = self.store.take(places).astype(np.float64)
        rows = factors[:, : sum(self.model.input_sizes.values())]
        for i, block in enumerate(self.model.input_sizes):
            unknown = factors[:, rows.shape[1] + i] == 0
            rows[np.ix_(unknown, self.model.columns(block))] = np.nan
        return rows

    def scores(self, brand: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        return self.store.scores(self._query(brand)[None])[0]

    def parts(self, brand: np.ndarray, places: np.ndarray) -> dict[str, np.ndarray]:
        """As `Pool` says."""
        queries = {part: query[0] for part, query in self.model.queries(brand).items()}
        if len(places) > len(self.store) / 8:  # the file is read from end to end anyway
            every = self.store.scores(np.stack(list(queries.values())))
            return dict(zip(queries, every[:, places].astype(np.float64), strict=True))
        factors = self.store.take(places).astype(np.float64)
        return {part: factors @ query for part, query in queries.items()}

    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """As `Pool` says."""
        found, _ = self.store.search(self._query(brand), k, wanted, approximate=True)
        return found, self.store.recall

    def alike(self, row: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        query = np.zeros((1, self.model.factor_size))
        query[:, : row.shape[1]] = np.nan_to_num(row) / sum(self.model.weights.values())
        return self.store.scores(query)[0].astype(np.float64)

    def _query(self, brand: np.ndarray) -> np.ndarray:
        return np.sum(list(self.model.queries(brand).values()), axis=0)[0]

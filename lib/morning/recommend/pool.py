"""Whom a run ranks: influencers with their vectors, computed when asked for or kept on disk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.models.best import Best
from morning.scale.store import VectorStore

#: Vectors that are computed once and kept; of more, so many at a time and each time anew.
_KEPT_BYTES = 1 << 30
_BATCH = 4096
_MANY = 1 / 8  # of all: then all are read, from one end to the other


@dataclass(frozen=True, eq=False)
class Pool(ABC):
    """Influencers as vectors of `Best.factors`, addressed by their places in `ids`."""

    model: Best

    @property
    @abstractmethod
    def ids(self) -> np.ndarray:
        """Who there is, object (n,)."""

    @abstractmethod
    def take(self, places: np.ndarray) -> np.ndarray:
        """Return the vectors of some, float64 (len(places), size)."""

    @abstractmethod
    def products(self, queries: np.ndarray) -> np.ndarray:
        """Return the products of vectors, (any, size), with those of all, float (any, n)."""

    @abstractmethod
    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """Return the places of nearly the k best of those that are wanted, best first.

        And the share of the best that is found, as it was measured; None where all are.

        Raises
        ------
        MorningError
            If there is no index.
        """

    def rows(self, places: np.ndarray) -> np.ndarray:
        """Return rows as `Best.rows` does, float64 (len(places), D); NaN: not known."""
        factors = self.take(places)
        rows = factors[:, : self._width].copy()
        for i, block in enumerate(self.model.input_sizes):
            unknown = factors[:, self._width + i] == 0
            rows[np.ix_(unknown, self.model.columns(block))] = np.nan
        return rows

    def scores(self, brand: np.ndarray) -> np.ndarray:
        """Return F of all for the row of a brand, (1, D), float (n,)."""
        return self.products(self.query(brand)[None])[0]

    def parts(self, brand: np.ndarray, places: np.ndarray) -> dict[str, np.ndarray]:
        """Return f, g, h (those at hand) and popularity of some, float64 (len(places),) each."""
        queries = {part: query[0] for part, query in self.model.queries(brand).items()}
        if len(places) > _MANY * len(self.ids):
            every = self.products(np.stack(list(queries.values())))
            return dict(zip(queries, every[:, places].astype(np.float64), strict=True))
        factors = self.take(places)
        return {part: factors @ query for part, query in queries.items()}

    def alike(self, row: np.ndarray) -> np.ndarray:
        """Return how alike all are to one, (1, D): the mean of the blocks' similarities, (n,)."""
        query = np.zeros((1, self.model.factor_size))
        query[:, : self._width] = np.nan_to_num(row) / sum(self.model.weights.values())
        return self.products(query)[0].astype(np.float64)

    def query(self, brand: np.ndarray) -> np.ndarray:
        """Return the vector of a brand, whose products are F, (size,)."""
        return np.sum(list(self.model.queries(brand).values()), axis=0)[0]

    @property
    def _width(self) -> int:
        return sum(self.model.input_sizes.values())


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

    def factors(self, model: Best, members: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Return vectors of `Best.factors` of some members, float64 (any, size)."""
        accounts = self.places[members]
        rows = model.rows(self.features, accounts)
        for block, known in self.known.items():
            rows[np.ix_(~known[accounts], model.columns(block))] = np.nan
        return model.factors(rows)


@dataclass(frozen=True, eq=False)
class Computed(Pool):
    """Vectors that are computed from those of FeatureSets."""

    members: Sequence[Part]

    @cached_property
    def ids(self) -> np.ndarray:
        """As `Pool` says."""
        return np.concatenate([part.ids for part in self.members])

    def batches(self) -> Iterator[np.ndarray]:
        """Yield the vectors of all, in the order of `ids`."""
        if self._kept is not None:
            yield self._kept
        else:
            yield from self._computed()

    def take(self, places: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        if self._kept is not None:
            return self._kept[places]
        found, first = np.empty((len(places), self.model.factor_size)), 0
        for part in self.members:
            here = (places >= first) & (places < first + len(part.places))
            found[here] = part.factors(self.model, places[here] - first)
            first += len(part.places)
        return found

    def products(self, queries: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        if len(queries) == 1:  # a product with a vector takes a quarter of the time
            return np.concatenate([batch @ queries[0] for batch in self.batches()])[None]
        return np.concatenate([queries @ batch.T for batch in self.batches()], axis=1)

    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """As `Pool` says; there is none."""
        raise MorningError("an approximate answer needs an index of the run: `morning index`")

    @cached_property
    def _kept(self) -> np.ndarray | None:
        """All vectors, where they are few."""
        n = sum(len(part.places) for part in self.members)
        if n * self.model.factor_size * 8 > _KEPT_BYTES:
            return None
        return np.concatenate(list(self._computed()))

    def _computed(self) -> Iterator[np.ndarray]:
        for part in self.members:
            for start in range(0, len(part.places), _BATCH):
                yield part.factors(self.model, slice(start, start + _BATCH))


@dataclass(frozen=True, eq=False)
class Stored(Pool):
    """Vectors in a store, single precision."""

    store: VectorStore

    @property
    def ids(self) -> np.ndarray:
        """As `Pool` says."""
        return self.store.ids

    def take(self, places: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        return self.store.take(places).astype(np.float64)

    def products(self, queries: np.ndarray) -> np.ndarray:
        """As `Pool` says."""
        return self.store.scores(queries)

    def nearest(
        self, brand: np.ndarray, k: int, wanted: np.ndarray
    ) -> tuple[np.ndarray, float | None]:
        """As `Pool` says."""
        found, _ = self.store.search(self.query(brand), k, wanted, approximate=True)
        return found, self.store.recall

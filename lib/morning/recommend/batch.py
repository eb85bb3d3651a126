"""A batch of added influencers: vectors, and what is known of them beside these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from morning.features import FeatureSet
from morning.features.featureset import IN_MEMORY
from morning.files import whole_folder
from morning.guard import require
from morning.guard.tables import read_parquet
from morning.recommend.candidates import read_candidates, stacked
from morning.recommend.encoder import Encoded
from morning.recommend.pool import Part

_FEATURES, _CANDIDATES = "features", "candidates.parquet"
_KNOWN, _ATTRIBUTES = "known.parquet", "attributes"
_LISTS = pa.list_(pa.string())
#: What to do where one cannot be read.
REMEDY = "delete this folder and add them again"


@dataclass(frozen=True, eq=False)
class Batch:
    """Accounts as vectors, with what is known of them beside these.

    Attributes
    ----------
    features : FeatureSet
    known : dict of block to bool array, shape (n,)
        As `Encoded.known`.
    attributes : Array of lists of str, shape (n,)
    candidates : DataFrame
        As `candidates.candidates` returns it.
    """

    features: FeatureSet
    known: Mapping[str, np.ndarray]
    attributes: pa.Array
    candidates: pd.DataFrame

    @classmethod
    def of(cls, encoded: Encoded, candidates: pd.DataFrame) -> Batch:
        """Return the accounts of which anything is known."""
        there = np.any(list(encoded.known.values()), axis=0)
        own = encoded.features
        features = replace(
            own,
            accounts=own.accounts[there].reset_index(drop=True),
            blocks={name: x[there] for name, x in own.blocks.items()},
        )
        ids = features.accounts["account_id"]
        return cls(
            features,
            {name: x[there] for name, x in encoded.known.items()},
            pa.array([encoded.attributes.get(account, ()) for account in ids], _LISTS),
            candidates[candidates["influencer_id"].isin(ids)],
        )

    def __len__(self) -> int:
        return len(self.features)

    @property
    def ids(self) -> pd.Series:
        """Who they are."""
        return self.features.accounts["account_id"]

    def with_newer(self, newer: Batch) -> Batch:
        """Return these accounts and newer ones, which take the place of those of the same id."""
        stay = ~self.ids.isin(newer.ids).to_numpy()
        old, new = self.features, newer.features
        features = replace(
            new,
            accounts=pd.concat([old.accounts[stay], new.accounts], ignore_index=True),
            blocks={name: np.vstack([old.blocks[name][stay], x]) for name, x in new.blocks.items()},
        )
        known = {name: np.append(self.known[name][stay], x) for name, x in newer.known.items()}
        before = self.candidates[self.candidates["influencer_id"].isin(self.ids[stay])]
        owned = pa.concat_arrays([self.attributes.filter(pa.array(stay)), newer.attributes])
        return Batch(features, known, owned, stacked([before, newer.candidates]))

    def part(self) -> Part:
        """Return them as a part of those whom a run ranks."""
        return Part(self.features, np.arange(len(self)), self.known)

    def save(self, folder: Path) -> None:
        """Write them, whole or not at all."""
        with whole_folder(folder) as temporary:
            self.features.save(temporary / _FEATURES)
            self.candidates.to_parquet(temporary / _CANDIDATES, index=False)
            told = pa.table({**self.known, _ATTRIBUTES: self.attributes})
            pq.write_table(told, temporary / _KNOWN)

    @classmethod
    def load(cls, folder: Path, in_memory: int = IN_MEMORY) -> Batch:
        """Read what `save` wrote.

        Raises
        ------
        Exception
            One of `guard.REFUSED`, if it cannot be read.
        """
        features = FeatureSet.load(folder / _FEATURES, in_memory)
        for name in (_CANDIDATES, _KNOWN):
            require(folder / name, folder)
        table = read_parquet(folder / _KNOWN, dtype_backend="pyarrow")
        if set(table) != {*features.blocks, _ATTRIBUTES} or len(table) != len(features):
            raise ValueError(f"{_KNOWN} is of other accounts")
        owned = pa.array(table.pop(_ATTRIBUTES))
        owned = owned.combine_chunks() if isinstance(owned, pa.ChunkedArray) else owned
        flat = [pa.types.is_boolean(dtype.pyarrow_dtype) for dtype in table.dtypes]
        if not all(flat) or table.isna().any(axis=None) or owned.type != _LISTS:
            raise TypeError(f"{_KNOWN}: what is known is true or false, attributes are text")
        if owned.null_count or owned.flatten().null_count:
            raise ValueError(f"{_KNOWN} has gaps")
        known = {name: table[name].to_numpy(dtype=bool) for name in table}
        return cls(features, known, owned, read_candidates(folder / _CANDIDATES))

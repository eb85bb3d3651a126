"""A batch of added influencers: vectors, and what is known of them beside these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from morning.attributes.block import attributes_of
from morning.features import FeatureSet
from morning.features.featureset import IN_MEMORY
from morning.files import read_json, whole_folder, write_json
from morning.guard import readable, require
from morning.guard.tables import read_parquet
from morning.recommend.candidates import read_candidates
from morning.recommend.encoder import Encoded
from morning.recommend.pool import Part

_FEATURES, _CANDIDATES = "features", "candidates.parquet"
_KNOWN, _ATTRIBUTES = "known.parquet", "attributes.json"
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
    candidates : DataFrame
        As `candidates.candidates` returns it.
    told : dict of str to tuple of str, optional
        Attributes of each account, by its id.
    folder : Path, optional
        Where they are read from otherwise.
    """

    features: FeatureSet
    known: Mapping[str, np.ndarray]
    candidates: pd.DataFrame
    told: Mapping[str, tuple[str, ...]] | None = None
    folder: Path | None = None

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
            candidates[candidates["influencer_id"].isin(ids)],
            told={account: encoded.attributes.get(account, ()) for account in ids},
        )

    def __len__(self) -> int:
        return len(self.features)

    @property
    def ids(self) -> pd.Series:
        """Who they are."""
        return self.features.accounts["account_id"]

    @cached_property
    def attributes(self) -> Mapping[str, tuple[str, ...]]:
        """Attributes of each account, by its id; read when they are asked for."""
        if self.told is not None or self.folder is None:
            return self.told or {}
        with readable(self.folder, "added accounts", REMEDY):
            return attributes_of(read_json(self.folder / _ATTRIBUTES, dict))

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
        table = pd.concat([before, newer.candidates], ignore_index=True)
        return Batch(features, known, table, told={**self.attributes, **newer.attributes})

    def part(self) -> Part:
        """Return them as a part of those whom a run ranks."""
        return Part(self.features, np.arange(len(self)), self.known)

    def save(self, folder: Path) -> None:
        """Write them, whole or not at all."""
        with whole_folder(folder) as temporary:
            self.features.save(temporary / _FEATURES)
            self.candidates.to_parquet(temporary / _CANDIDATES, index=False)
            pd.DataFrame(dict(self.known)).to_parquet(temporary / _KNOWN, index=False)
            write_json(temporary / _ATTRIBUTES, dict(self.attributes))

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
        table = read_parquet(folder / _KNOWN)
        if set(table) != set(features.blocks) or len(table) != len(features):
            raise ValueError(f"{_KNOWN} is of other accounts")
        if not all(map(pd.api.types.is_bool_dtype, table.dtypes)):
            raise TypeError(f"{_KNOWN}: what is known is true or false")
        known = {name: table[name].to_numpy() for name in table}
        return cls(features, known, read_candidates(folder / _CANDIDATES), folder=folder)

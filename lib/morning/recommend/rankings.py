"""The rankings of many brands of a run, a step over shards of their ids."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from morning.errors import MorningError
from morning.recommend.index import state
from morning.run import Run

if TYPE_CHECKING:
    from morning.recommend.recommender import Recommender

#: Brands of a shard.
SHARD = 64


@dataclass(frozen=True)
class Rankings:
    """Ranks influencers for brands; workers open the run where it lies."""

    run: Run
    k: int
    exclude_partners: bool
    state: str

    @classmethod
    def of(cls, run: Run, k: int, exclude_partners: bool) -> Rankings:
        """Return the step for the present state of a run."""
        return cls(run, k, exclude_partners, _digest(run))

    @property
    def key(self) -> str:
        """What decides rankings beside the brands."""
        return f"{self.state} {self.k} {self.exclude_partners}"

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the rankings of brands, one below the other, with `brand_id`."""
        ours = _opened(self.run, self.state)
        rankings = {
            brand: ours.rank(brand, self.k, exclude_partners=self.exclude_partners)
            for brand in batch["brand_id"].to_pylist()
        }
        found = pd.concat(rankings, names=["brand_id"]).reset_index("brand_id")
        return pa.Table.from_pandas(found, preserve_index=False).replace_schema_metadata()


@lru_cache(maxsize=1)
def _opened(run: Run, known: str) -> Recommender:
    from morning.recommend.recommender import Recommender

    if _digest(run) != known:
        raise MorningError(f"{run.folder}: the run has changed meanwhile; ask again")
    return Recommender.load(run)


def _digest(run: Run) -> str:
    return hashlib.sha256(json.dumps(state(run), sort_keys=True).encode()).hexdigest()

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
from morning.files import sha256
from morning.recommend.index import deciding
from morning.run import Run
from morning.scale.store import RECORD

if TYPE_CHECKING:
    from morning.recommend.recommender import Recommender

#: Brands of a shard.
SHARD = 64


@dataclass(frozen=True)
class Rankings:
    """Ranks influencers for brands; workers open the run where it lies."""

    run: Run
    """In a folder that every worker has."""
    k: int
    exclude_partners: bool
    state: str
    """As `state_of` says it."""

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

    ours = Recommender.load(run)
    if ours.state != known or state_of(run) != known:
        raise MorningError(f"{run.folder}: the run has changed meanwhile; ask again")
    return ours


def state_of(run: Run) -> str:
    """Return a digest of all that decides rankings of a run."""
    files = deciding(run) | {
        "about the model": run.best / "best.json",
        "chances": run.chances,
        "on disk": run.pool / RECORD,
    }
    digests = {name: sha256(path) for name, path in files.items() if path.is_file()}
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()

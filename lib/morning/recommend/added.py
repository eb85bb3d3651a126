"""Influencers that were added to a run after it was made: encoded by it, in no training."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from morning.attributes.block import attributes_of
from morning.features import FeatureSet
from morning.files import read_json, sha256, whole_folder, write_json
from morning.guard import readable, require
from morning.recommend.candidates import read_candidates
from morning.recommend.encoder import Encoded
from morning.recommend.pool import Part
from morning.run import Run

log = logging.getLogger(__name__)

_FEATURES, _CANDIDATES, _ABOUT = "features", "candidates.parquet", "about.json"


@dataclass(frozen=True, eq=False)
class Added:
    """Accounts as vectors, with what is known of them beside these."""

    encoded: Encoded
    candidates: pd.DataFrame
    """As `candidates.candidates` returns it."""

    def with_newer(self, newer: Added) -> Added:
        """Return these accounts and newer ones, which take the place of those of the same id."""
        ours, theirs = self.encoded, newer.encoded
        stay = ~_ids(ours.features).isin(_ids(theirs.features)).to_numpy()
        old, new = ours.features, theirs.features
        features = replace(
            new,
            accounts=pd.concat([old.accounts[stay], new.accounts], ignore_index=True),
            blocks={name: np.vstack([old.blocks[name][stay], x]) for name, x in new.blocks.items()},
        )
        known = {name: np.append(ours.known[name][stay], x) for name, x in theirs.known.items()}
        attributes = {**ours.attributes, **theirs.attributes}
        before = self.candidates[self.candidates["influencer_id"].isin(_ids(old)[stay])]
        return Added(
            Encoded(features, known, attributes, theirs.notes),
            pd.concat([before, newer.candidates], ignore_index=True),
        )

    def part(self) -> Part:
        """Return them as a part of those whom a run ranks."""
        features = self.encoded.features
        return Part(features, np.arange(len(features)), self.encoded.known)

    def save(self, run: Run) -> None:
        """Write the accounts beside the run's own, whole or not at all."""
        about = {
            "vectors": sha256(run.manifest),
            "known": {name: x.tolist() for name, x in self.encoded.known.items()},
            "attributes": dict(self.encoded.attributes),
        }
        with whole_folder(run.added) as temporary:
            self.encoded.features.save(temporary / _FEATURES)
            self.candidates.to_parquet(temporary / _CANDIDATES, index=False)
            write_json(temporary / _ABOUT, about)

    @classmethod
    def load(cls, run: Run) -> Added | None:
        """Read what was added; None where nothing was, or the run was made anew since.

        Raises
        ------
        MorningError
            If it cannot be read.
        """
        if not run.added.is_dir():
            return None
        with readable(run.added, "added accounts", "delete this folder and add them again"):
            about = read_json(run.added / _ABOUT, dict)
            if about["vectors"] != sha256(run.manifest):
                log.warning(
                    "%s: the run was made anew since accounts were added to it; they are left "
                    "out until `morning add` encodes them again",
                    run.added,
                )
                return None
            features = FeatureSet.load(run.added / _FEATURES)
            if any(type(each) is not bool for x in about["known"].values() for each in x):
                raise TypeError(f"{_ABOUT}: what is known is true or false")
            known = {name: np.array(x, dtype=bool) for name, x in about["known"].items()}
            if set(known) != set(features.blocks) or {len(x) for x in known.values()} != {
                len(features)
            }:
                raise ValueError(f"{_ABOUT} is of other accounts")
            attributes = attributes_of(about["attributes"])
            require(run.added / _CANDIDATES)
            candidates = read_candidates(run.added / _CANDIDATES)
        return cls(Encoded(features, known, attributes, []), candidates)


def read_removed(run: Run) -> list[str]:
    """Return the ids of those who are no candidates any more.

    Raises
    ------
    MorningError
        If they cannot be read.
    """
    if not run.removed.is_file():
        return []
    with readable(run.removed, "a list of removed accounts", "delete it and remove them again"):
        ids = read_json(run.removed, list)
        if not all(isinstance(each, str) for each in ids):
            raise TypeError("ids are text")
        return ids


def write_removed(run: Run, ids: Iterable[str]) -> None:
    """Write what `read_removed` reads; nothing is left where nobody is removed."""
    if listed := sorted(set(ids)):
        write_json(run.removed, listed)
    else:
        run.removed.unlink(missing_ok=True)


def _ids(features: FeatureSet) -> pd.Series:
    return features.accounts["account_id"]

"""Influencers that were added to a run after it was made: encoded by it, in no training.

They lie beside the run in batches, folders that are never changed once they have their names, and
a record says which of them count. Whoever adds writes new batches and then a new record, in one
step.
"""

from __future__ import annotations

import logging
import re
import shutil
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.features.featureset import IN_MEMORY
from morning.files import read_json, sha256, write_json
from morning.guard import readable
from morning.recommend.batch import REMEDY, Batch
from morning.recommend.candidates import stacked
from morning.recommend.pool import Part
from morning.run import Run

log = logging.getLogger(__name__)

#: Accounts up to which a batch is written anew with those that come next.
_SMALL = 2_000
_NAME = re.compile("[0-9a-f]{32}")
_TRIES = 10


@dataclass(frozen=True, eq=False)
class Added:
    """All accounts that were added, in the order in which they came; of an id the last counts."""

    batches: Sequence[Batch]

    @cached_property
    def parts(self) -> list[Part]:
        """They as parts of those whom a run ranks."""
        return [
            replace(part, places=np.flatnonzero(counts))
            for part, counts in zip((b.part() for b in self.batches), self._counting, strict=True)
        ]

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """The accounts of their FeatureSets."""
        tables = (batch.features.accounts for batch in self.batches)
        counting = zip(tables, self._counting, strict=True)
        return pd.concat([table[counts] for table, counts in counting], ignore_index=True)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """What is known of them, as `candidates.candidates` returns it."""
        table = stacked(batch.candidates for batch in self.batches)
        return table.drop_duplicates("influencer_id", keep="last", ignore_index=True)

    def attributes(self, account: str) -> tuple[str, ...] | None:
        """Return the attributes of an account; None where it is not among them."""
        for batch in reversed(self.batches):
            rows = np.flatnonzero(batch.ids == account)
            if len(rows):
                return tuple(batch.attributes[int(rows[0])].as_py())
        return None

    @cached_property
    def _counting(self) -> list[np.ndarray]:
        """Which accounts of each batch count, those without a later batch of the same id."""
        every = pd.concat([batch.ids for batch in self.batches], ignore_index=True)
        counts = ~every.duplicated(keep="last").to_numpy()
        return np.split(counts, np.cumsum([len(batch) for batch in self.batches])[:-1])

    @classmethod
    def of(cls, run: Run, names: Sequence[str]) -> Added:
        """Read batches; each may take its share of what blocks may take of memory."""
        in_memory = IN_MEMORY // max(1, len(names))
        return cls([Batch.load(run.added / name, in_memory) for name in names])

    @classmethod
    def load(cls, run: Run) -> Added | None:
        """Read what was added; None where nothing was, or the run was made anew since.

        Raises
        ------
        MorningError
            If it cannot be read.
        """
        for _ in range(_TRIES):
            names = batches_of(run)
            if not names:
                return None
            try:
                with readable(run.added, "added accounts", REMEDY):
                    return cls.of(run, names)
            except MorningError:
                if batches_of(run) == names:  # or another has replaced them
                    raise
        raise MorningError(f"{run.added}: it changes faster than it can be read; try again")


class Adding:
    """Adds batches to a run, one after the other, which all come to count at once.

    Parameters
    ----------
    run : Run
        Held by whoever calls.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.names = batches_of(run)
        self.new: list[str] = []
        self.ids: set[str] = set()

    def write(self, batch: Batch) -> None:
        """Write a batch; a small one before it is written anew with it."""
        home = self.run.added
        self.ids |= {*batch.ids}
        if self.names and len(batch) <= _SMALL:
            with readable(home, "added accounts", REMEDY):
                before = Batch.load(home / self.names[-1])
            if len(before) <= _SMALL:
                batch = before.with_newer(batch)
                self.new = [name for name in self.new if name != self.names[-1]]
                self.names.pop()
        name = uuid.uuid4().hex
        batch.save(home / name)
        self.names.append(name)
        self.new.append(name)

    def finish(self) -> None:
        """Have all that was written count."""
        vectors = sha256(self.run.manifest)
        write_json(self.run.added_record, {"vectors": vectors, "batches": self.names})

    def parts(self) -> list[Part]:
        """Return those who were written, each once."""
        found = Added.of(self.run, self.new).parts
        return [part.without({*part.ids} - self.ids) for part in found]

    def sweep(self) -> None:
        """Delete batches that do not count."""
        kept = {*batches_of(self.run)}
        for path in self.run.added.iterdir() if self.run.added.is_dir() else ():
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):  # not empty
            self.run.added.rmdir()


def batches_of(run: Run) -> list[str]:
    """Return the names of the batches that count; none where the run was made anew since.

    Raises
    ------
    MorningError
        If the record cannot be read.
    """
    if not run.added_record.is_file():
        return []
    with readable(run.added, "added accounts", REMEDY):
        record = read_json(run.added_record, dict)
        names, vectors = [str(name) for name in record["batches"]], record["vectors"]
        if not all(_NAME.fullmatch(name) for name in names):
            raise ValueError("it names other folders")
    if vectors == sha256(run.manifest):
        return names
    log.warning(
        "%s: the run was made anew since accounts were added to it; they are left out until "
        "`morning add` encodes them again",
        run.added,
    )
    return []


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

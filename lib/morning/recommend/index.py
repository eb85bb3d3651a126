"""The candidates of a run on disk: made once, then followed by what is added and removed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from morning.files import sha256
from morning.models.best import Best
from morning.recommend.pool import Computed, Stored
from morning.run import Run
from morning.scale.store import VectorStore, is_store

log = logging.getLogger(__name__)


def deciding(run: Run) -> dict[str, Path]:
    """Return the files that decide whom a run ranks and by what."""
    return {
        "vectors": run.manifest,
        "model": run.best / "best.safetensors",
        "added": run.added_record,
        "removed": run.removed,
    }


def state(run: Run) -> dict[str, Any]:
    """Return the digests of `deciding`, None of what is not there.

    An index of another state is not asked.
    """
    files = deciding(run)
    return {name: sha256(path) if path.is_file() else None for name, path in files.items()}


def make_index(run: Run, pool: Computed) -> VectorStore:
    """Write the vectors of a pool below the run; those that are there are replaced."""
    store = VectorStore.create(run.pool, pool.model.factor_size, {})
    return store.add(pool.ids.tolist(), pool.batches(), state(run))


def open_index(run: Run, model: Best) -> Stored | None:
    """Return the candidates on disk; None where there are none, or none of the present state.

    Raises
    ------
    MorningError
        If they cannot be read.
    """
    if not is_store(run.pool):
        return None
    store = VectorStore.open(run.pool)
    if dict(store.about) != state(run):
        log.warning(
            "%s: the run has changed since these candidates were written; they are not asked "
            "until `morning index` writes them anew",
            run.pool,
        )
        return None
    return Stored(model, store)

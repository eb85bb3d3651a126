"""The candidates of a run on disk: made once, then followed by what is added and removed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np

from morning.files import sha256
from morning.models.best import Best
from morning.recommend.pool import Computed, Stored
from morning.run import Run
from morning.scale.store import VectorStore, is_store

log = logging.getLogger(__name__)


def state(run: Run) -> dict[str, Any]:
    """Return what decides whom a run ranks and by what: an index of another state is not asked."""
    files = {
        "vectors": run.manifest,
        "model": run.best / "best.safetensors",
        "added": run.added / "about.json",
        "removed": run.removed,
    }
    return {name: sha256(path) if path.is_file() else None for name, path in files.items()}


def make_index(run: Run, pool: Computed) -> VectorStore:
    """Write the vectors of a pool below the run; those that are there are replaced."""
    model = pool.model
    store = VectorStore.create(run.pool, model.factor_size, {})
    vectors = (model.factors(rows) for rows in _in_parts(pool.batches()))
    return store.add(pool.ids.tolist(), vectors, state(run))


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


def _in_parts(batches: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Yield rows in parts of which several copies fit into memory."""
    for batch in batches:
        yield from np.array_split(batch, max(1, len(batch) // 4096))

"""Table III on any FeatureSet: methods by name, their inputs, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from morning.evaluation import mark_validation, official_task
from morning.features import FeatureSet
from morning.features.rivals.cosmic import CosmicOptions
from morning.files import held
from morning.prepare.rivals import rival_inputs
from morning.rankers import ROWS, rankers_for
from morning.run import Run
from morning.sources import NAMED, load
from morning.studies.comparison import TABLE, compare

_QUICK_COSMIC = CosmicOptions(size=32, hidden=256, epochs=8)


def cosmic_for(profile: str) -> CosmicOptions:
    """Return how CAMERA's concepts are learnt: by a smaller network with the `quick` profile."""
    return _QUICK_COSMIC if profile == "quick" else CosmicOptions()


def compare_folder(
    folder: Path,
    names: Sequence[str] = (),
    *,
    seeds: int = 3,
    data: str = "",
    cache: Path | None = None,
    profile: str = "paper",
    epochs: int | None = None,
) -> dict[str, Any]:
    """Return a results document that compares methods on a FeatureSet folder.

    Parameters
    ----------
    folder : path
        FeatureSet.
    names : sequence of str
        Methods; default the rows of Table III.
    seeds : int
    data : str
        Source with posts; by default what the FeatureSet says it was made from, if that is a
        source with a name.
    cache : path, optional
        Where finished trainings are kept; default `<folder>.compare`.
    profile, epochs
        See `rankers_for`.
    """
    features = mark_validation(FeatureSet.load(folder))
    rankers = rankers_for(profile, names or ROWS, epochs=epochs)
    source = load(data or (features.source if features.source in NAMED else folder))
    needs = {need for method in rankers for need in method.needs}
    inputs, notes = rival_inputs(source, features, needs=needs, cosmic=cosmic_for(profile))
    where = cache or folder.with_name(f"{folder.name}.compare")
    with held(where):
        rows = compare(inputs, rankers, where, seeds=seeds)
    protocol = Run(where, features.source, profile).protocol(official_task(features))
    return {"table": TABLE, "protocol": protocol, "rows": rows, "notes": notes}

"""What `morning compare` does: methods by name, their inputs, a table as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from morning.evaluation import METRICS, mark_validation, official_task
from morning.features import BLOCKS, FeatureSet
from morning.features.rivals.cosmic import CosmicOptions
from morning.prepare.rivals import rival_inputs
from morning.rankers import FACTORS, METHODS, Ranker, ranker
from morning.sources import NAMED, load
from morning.studies.comparison import TABLE, compare, to_csv, to_latex

#: The methods of Table III in its order, then the controls that the paper omits.
DEFAULT = (
    "RAND",
    "MIV",
    "SBR",
    "MIR-2",
    "MIR-3",
    "MIR-4",
    "HPTR",
    "CATR",
    "CAMERA",
    "MORNING",
    "MORNING-tuned",
    "popularity",
    "cosine",
    "nearest-brands",
    "ridge-bilinear",
    "two-tower",
    "category-predictor",
    "category-oracle",
)

#: Parts of some of them: one factor, one block, one assumption changed.
PARTS = (
    *(f"MIV-{factor}" for factor in FACTORS),
    *(f"cosine-{block}" for block in BLOCKS),
    "CAMERA-released",
    "category-predictor-blind",
)

#: Smaller rivals for the `quick` profile: method -> changed options. The full sizes need minutes
#: per method and seed on two cores.
QUICK: dict[str, dict[str, Any]] = {
    "HPTR": {"embedding_size": 128, "epochs": 20, "margin_epochs": 5},
    **{
        name: {"hidden": 128, "embedding_size": 128, "epochs": 10}
        for name in ("CATR", "CAMERA", "CAMERA-released")
    },
    "MORNING-tuned": {"l1_epochs": 10},
}

_QUICK_COSMIC = CosmicOptions(size=32, hidden=256, epochs=16)


def chosen_cosmic(profile: str) -> CosmicOptions:
    """Return how CAMERA's concepts are learnt: smaller with the `quick` profile."""
    return _QUICK_COSMIC if profile == "quick" else CosmicOptions()


def chosen_rankers(
    names: Sequence[str] = (), *, profile: str = "paper", epochs: int | None = None
) -> list[Ranker]:
    """Return rankers by name; `epochs` is for every one that has them.

    The profile is MORNING's own; with `quick` the slow rivals are smaller, too.

    Raises
    ------
    MorningError
        If a name is unknown.
    """
    rankers = []
    for name in names or DEFAULT:
        options = METHODS[name].options if name in METHODS else None
        changes: dict[str, Any] = dict(QUICK.get(name, {})) if profile == "quick" else {}
        if options and hasattr(options, "profile"):
            changes["profile"] = profile
        if epochs is not None and hasattr(options, "epochs"):
            changes["epochs"] = epochs
        rankers.append(ranker(name, **changes))
    return rankers


def compare_methods(
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
        FeatureSet; where it marks no validation brands, a tenth of the training brands.
    names : sequence of str
        Methods; default `DEFAULT`.
    seeds : int
    data : str
        Source with posts; by default what the FeatureSet says it was made from, if that is the
        demo or the public benchmark.
    cache : path, optional
        Where finished trainings are kept; default `<folder>.compare`.
    profile, epochs
        See `chosen_rankers`.
    """
    features = mark_validation(FeatureSet.load(folder))
    rankers = chosen_rankers(names, profile=profile, epochs=epochs)
    known = features.source if features.source in NAMED else ""
    source = load(data or known or folder)
    needs = {need for method in rankers for need in method.needs}
    inputs, notes = rival_inputs(source, features, needs=needs, cosmic=chosen_cosmic(profile))
    where = cache or folder.with_name(f"{folder.name}.compare")
    rows = compare(inputs, rankers, where, seeds=seeds)
    protocol = {"data": features.source, **official_task(features).describe(), "pool": "split"}
    return {"table": TABLE, "protocol": protocol, "rows": rows, "notes": notes}


def comparison_text(document: dict[str, Any], form: str = "table") -> str:
    """Return a results document as a plain table, CSV or LaTeX."""
    rows = document["rows"]
    if form == "csv":
        return to_csv(rows)
    if form == "latex":
        return to_latex(rows)
    shown = [m for m in METRICS if not m.endswith("_clean")]
    lines = [f"{'method':<20}" + "".join(f"{m:>11}" for m in shown)]
    for row in rows:
        if row["needs"]:
            lines.append(f"{row['method']:<20}   needs {row['needs']}")
        else:
            lines.append(f"{row['method']:<20}" + "".join(f"{row[m]:>11.3f}" for m in shown))
    return "\n".join(lines)

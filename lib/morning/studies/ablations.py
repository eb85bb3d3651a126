"""Table IV: the variants of MORNING that leave perspectives out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from morning.evaluation import bootstrap, interval, official_task, result_row
from morning.evaluation.metrics import METRICS
from morning.evaluation.published import PUBLISHED, published_table
from morning.features import FeatureSet
from morning.models.profiles import VARIANTS, Profile
from morning.models.training import train_seeds
from morning.run import FULL
from morning.studies.trained import statistics

#: A control that the paper lacks: what co-attention itself contributes.
WITHOUT_CO_ATTENTION = "full without co-attention"
TABLE = "table4_ablations"


def ablations(
    features: FeatureSet, profile: Profile, folder: Path, *, seeds: int = 3
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Train and score every variant that the blocks allow.

    A variant whose perspectives have no blocks beyond those of another variant shares its
    training and says so (`same_as`). The control without co-attention is run where there is
    co-attention to leave out.

    Parameters
    ----------
    features : FeatureSet
    profile : Profile
    folder : path
        Models go to `folder`/<variant>/seed-<n>; finished ones are reused.
    seeds : int

    Returns
    -------
    rows : list of dict
        Result rows; each but `full` has `difference` from it: metric -> value and ci95, by
        paired bootstrap over brands.
    missing : list of dict
        Variants without data: method, needs, paper.
    """
    present = set(features.perspectives())
    table = published_table(TABLE, features.source)
    planned, missing = _plan(present, table)
    control = {"content", "audience"} <= present and profile.model.co_attention
    task = official_task(features)
    results = {}
    for variant in [FULL, *(v for v in planned if v != FULL)]:
        if planned[variant] == variant:
            chosen = profile.variant(variant)
            models = train_seeds(features, chosen, folder / variant, seeds=seeds)
            results[variant] = (models, statistics(models, features, task))
    if control:
        chosen = replace(profile, model=replace(profile.model, co_attention=False))
        name = WITHOUT_CO_ATTENTION
        models = train_seeds(features, chosen, folder / name.replace(" ", "-"), seeds=seeds)
        results[name] = (models, statistics(models, features, task))
        planned[name] = name

    reference = bootstrap(results[FULL][1])
    full = result_row(FULL, results[FULL][1], resamples=1)
    rows = []
    for variant, source in planned.items():
        models, runs = results[source]
        row = result_row(variant, runs, table=table, blocks=list(models[0].model.input_sizes))
        row["same_as"] = source if source != variant else None
        if source != FULL:
            samples = bootstrap(runs)
            row["difference"] = {
                m: {
                    "value": _minus(full[m], row[m]),
                    "ci95": interval(reference[m] - samples[m]),
                }
                for m in METRICS
            }
        rows.append(row)
    return rows, missing


def _plan(present: set[str], table: str | None) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return variant -> the variant whose training it uses, and the variants without data."""
    planned: dict[str, str] = {}
    missing = []
    trained = {tuple(p for p in VARIANTS[FULL] if p in present): FULL}
    for variant, perspectives in VARIANTS.items():
        kept = tuple(p for p in perspectives if p in present)
        if kept == perspectives or (variant == FULL and kept):
            planned[variant] = trained.setdefault(kept, variant)
        else:
            needs = ", ".join(f"{p} data" for p in perspectives if p not in present)
            paper = PUBLISHED[table].get(variant) if table else None
            missing.append({"method": variant, "needs": needs, "paper": paper})
    return planned, missing


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b

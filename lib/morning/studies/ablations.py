"""Table IV: MORNING without some perspectives; and the recommended model without its parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from morning.evaluation import official_task, result_row
from morning.evaluation.published import PUBLISHED, published_table
from morning.evaluation.results import differences
from morning.features import FeatureSet
from morning.features.rivals.inputs import Inputs
from morning.models.jobs import train_all
from morning.models.profiles import VARIANTS, Profile
from morning.rankers.best import WITHOUT, BestRanker, Similarity
from morning.run import FULL
from morning.studies.comparison import draw
from morning.studies.trained import statistics

#: A control that the paper lacks: what co-attention itself contributes.
WITHOUT_CO_ATTENTION = "full without co-attention"
#: What is trained, and without what.
NAMES = (*VARIANTS, WITHOUT_CO_ATTENTION)
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
        over the same brands and all seeds.
    missing : list of dict
        Variants without data: method, needs, paper.
    """
    present = set(features.perspectives())
    table = published_table(TABLE, features.source)
    planned, missing = _plan(present, table)
    profiles = {v: profile.variant(v) for v in planned if planned[v] == v}
    if {"content", "audience"} <= present and profile.model.co_attention:
        control = replace(profile, model=replace(profile.model, co_attention=False))
        profiles[WITHOUT_CO_ATTENTION] = control
        planned[WITHOUT_CO_ATTENTION] = WITHOUT_CO_ATTENTION
    task = official_task(features)
    first = profile.training.seed
    names = {
        variant: [f"{folder_of(variant)}/seed-{first + i}" for i in range(seeds)]
        for variant in profiles
    }
    jobs = {
        name: profiles[variant].trained_with(seed=first + i)
        for variant, own in names.items()
        for i, name in enumerate(own)
    }
    trained = train_all(features, jobs, folder)
    blocks, found = {}, {}
    for variant, own in names.items():
        models = [trained[name] for name in own]
        blocks[variant] = list(models[0].input_sizes)
        found[variant] = statistics(models, features, task)
    ahead = differences(found, FULL)
    rows = []
    for variant, source in planned.items():
        row = result_row(variant, found[source], table=table, blocks=blocks[source])
        row["same_as"] = source if source != variant else None
        if source != FULL:
            row["difference"] = ahead[source]
        rows.append(row)
    return rows, missing


def folder_of(variant: str) -> str:
    """Return the name of the folder with the models of a variant."""
    return variant.replace(" ", "-")


def best_without_parts(features: FeatureSet) -> list[dict[str, Any]]:
    """Fit the recommended model, and again without each of its parts, and score them.

    Returns
    -------
    list of dict
        Result rows; each but the first has `difference`: metric -> how far the whole is ahead,
        as value, ci95, p and p_holm, over the same brands.
    """
    task, inputs = official_task(features), Inputs(features)
    methods = [BestRanker(), *map(BestRanker, WITHOUT.values()), Similarity()]
    found = {method.name: draw(method, inputs, task, 1) for method in methods}
    ahead = differences(found, BestRanker.kind, p_values=True)
    return [result_row(n, runs) | {"difference": ahead.get(n)} for n, runs in found.items()]


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

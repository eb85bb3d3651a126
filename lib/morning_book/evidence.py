"""The long experiments on the benchmark, whose metrics are committed: `make evidence`.

Each experiment is some jobs, and each job gives a row. Rows are written below `book/results/` as
they come, with the settings, the code and the day they came from. A row of the same settings and
code is not computed again, and trainings that were interrupted go on.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from morning.code import code_of
from morning.errors import MorningError
from morning.evaluation import Task, mark_validation, official_task
from morning.features import FeatureSet
from morning.files import read_json, write_json
from morning.models import Profile, profile
from morning.places import data_folder
from morning.sources import load, public
from morning.studies import recipes

from morning_book import ROOT

RESULTS = ROOT / "book" / "results"
#: What decides a training's result.
_CODE = "morning.models.training"


@dataclass(frozen=True)
class Bench:
    """What experiments share: the benchmark, its test, and where trainings go."""

    features: FeatureSet
    task: Task
    folder: Path


@dataclass(frozen=True)
class Job:
    """One row of an experiment.

    Attributes
    ----------
    name : str
        Of the row.
    run : callable
        Computes it.
    settings : dict
        What decides it, beside the data and the code.
    """

    name: str
    run: Callable[[], dict[str, Any]]
    settings: dict[str, Any] = field(default_factory=dict)


Experiment = Callable[[Bench], Iterator[Job]]


def _training(
    bench: Bench, name: str, recipe: Profile, *, seeds: int, released: bool = False, **about: Any
) -> Job:
    """Return the job of training a recipe, on BAMIR's released triplets or on drawn pairs."""

    def run() -> dict[str, Any]:
        pairs = None
        if released:
            pairs = public.triplets()
            training = bench.features.brands("train")
            pairs = pairs[:, [brand in set(training) for brand in pairs[0]]]
        place = bench.folder / name.replace(" ", "-")
        features, task = bench.features, bench.task
        return recipes.trained_row(name, features, recipe, place, task, seeds=seeds, pairs=pairs)

    settings = {"seeds": seeds, "profile": asdict(recipe), "released triplets": released}
    return Job(name, run, settings | about)


def grid(bench: Bench) -> Iterator[Job]:
    """Cross initialisation, L1, dropout and projections: 16 recipes, 5 seeds, 100 epochs."""
    for levels, recipe in recipes.cells(profile("paper")):
        yield _training(bench, "-".join(levels.values()), recipe, seeds=5, levels=levels)


def code(bench: Bench) -> Iterator[Job]:
    """Train by the released recipe for five epochs, about 60,000 steps, under three seeds."""
    yield _training(bench, "code", profile("code").trained_with(epochs=5), seeds=3)


def code_whole(bench: Bench) -> Iterator[Job]:
    """Train by the released recipe to its end, about 1.2 million steps, under one seed."""
    yield _training(bench, "code", profile("code"), seeds=1)


def bamir(bench: Bench) -> Iterator[Job]:
    """Train by BAMIR's recipe for 40 epochs, on its released triplets and on drawn pairs."""
    recipe = profile("bamir").trained_with(epochs=40)
    yield _training(bench, "released triplets", recipe, seeds=3, released=True)
    yield _training(bench, "drawn pairs", recipe, seeds=3)


EXPERIMENTS: dict[str, Experiment] = {
    "code": code,
    "bamir": bamir,
    "grid": grid,
    "code_whole": code_whole,
}


def run(names: list[str], results: Path = RESULTS) -> None:
    """Run experiments by name, or all.

    Raises
    ------
    MorningError
        If there is none of a name.
    """
    if unknown := [name for name in names if name not in EXPERIMENTS]:
        known = ", ".join(EXPERIMENTS)
        raise MorningError(f"unknown experiment {', '.join(unknown)}; known are {known}")
    features = load("public").features
    assert features is not None
    features = mark_validation(features)
    task = official_task(features)
    for name in names or EXPERIMENTS:
        experiment, path = EXPERIMENTS[name], results / f"{name}.json"
        bench = Bench(features, task, data_folder() / "evidence" / name)
        jobs = list(experiment(bench))
        known_rows = _known(path)
        rows: list[dict[str, Any]] = []
        for job in jobs:
            row = known_rows.get(job.name)
            settings = json.loads(json.dumps(job.settings))  # as it is read back
            made = {"code": code_of(_CODE), "settings": settings}
            if row is None or {key: row["made"][key] for key in made} != made:
                row = job.run() | {"made": made | {"date": date.today().isoformat()}}
                print(f"{name}: {job.name}, AUC {row['auc']:.4f}", flush=True)
            rows.append(row)
            rest = [known_rows[j.name] for j in jobs[len(rows) :] if j.name in known_rows]
            about = (experiment.__doc__ or "").strip()
            record = {"experiment": name, "about": about, "data": "public", "jobs": len(jobs)}
            write_json(path, record | {"rows": rows + rest})
        print(f"{name}: {len(jobs)} of {len(jobs)} rows")


def _known(path: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of a results file by name."""
    rows = read_json(path)["rows"] if path.is_file() else []
    return {row["method"]: row for row in rows}


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    try:
        run(sys.argv[1:])
    except MorningError as error:
        sys.exit(f"error: {error}")

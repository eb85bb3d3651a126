"""The long experiments on the benchmark, whose metrics are committed: `make evidence`.

Each experiment is some jobs, and each job gives a row. Rows are written below `book/results/` as
they come, with the settings, the code and the day they came from. A row of the same settings is
not computed again, unless `ANEW=1` asks for it; where the code has changed since, it is said.
Trainings that were interrupted go on.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from morning.code import code_of
from morning.errors import MorningError
from morning.evaluation import Task, mark_validation, official_task, result_row
from morning.features import FeatureSet
from morning.features.rivals.inputs import Inputs
from morning.files import write_json
from morning.models import Profile, profile
from morning.places import data_folder
from morning.rankers import ranker
from morning.run import read_results
from morning.sources import load, public
from morning.studies import recipes
from morning.studies.audit.selection import watch_seeds
from morning.studies.comparison import draw
from morning.studies.splits import by_ranker, metrics_over_splits
from morning.studies.trained import statistics

from morning_book import RESULTS

#: Seeds of a training whose mean is compared with others.
_SEEDS = 5
#: Of the paper's 100: its trainings choose one of the first fifty, and the learning rate falls to a
#: twentieth in sixty.
_EPOCHS = 60
#: Methods that are fitted in moments, to stand beside MORNING.
_QUICK = ("RAND", "popularity", "cosine", "similarity", "ridge-bilinear", "two-tower")

Row = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """What experiments share: the benchmark, its test, and where trainings and rows go."""

    features: FeatureSet
    task: Task
    trainings: Path
    results: Path

    def recipes(self) -> dict[str, Profile]:
        """Return the paper's recipe, and that of the grid which the validation brands choose.

        Raises
        ------
        MorningError
            If the grid is not whole.
        """
        jobs, rows = list(grid(self)), self.rows("grid")
        if any(job.name not in rows or not job.made(rows[job.name]) for job in jobs):
            raise MorningError(
                "the chosen recipe comes from the whole grid: make evidence ONLY=grid"
            )
        cells = {_name(levels): recipe for levels, recipe in _cells()}
        chosen = recipes.best_by_validation(rows[job.name] for job in jobs)["method"]
        return {name: cells[name] for name in (jobs[0].name, chosen)}

    def rows(self, experiment: str) -> dict[str, Row]:
        """Return the rows of an experiment that are there, by name."""
        path = self.results / f"{experiment}.json"
        rows = read_results(path)["rows"] if path.is_file() else []
        return {str(row.get("method")): row for row in rows}


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
    code : tuple of str
        Modules that decide it.
    """

    name: str
    run: Callable[[], Row]
    settings: dict[str, Any] = field(default_factory=dict)
    code: tuple[str, ...] = ("morning.models.training",)

    def provenance(self) -> dict[str, Any]:
        """Return what the row says of how it came about."""
        return {
            "settings": self._read_back(),
            "modules": list(self.code),
            "code": code_of(*self.code),
            "date": date.today().isoformat(),
        }

    def made(self, row: Row) -> bool:
        """Whether a row is of these settings."""
        return bool(row["made"]["settings"] == self._read_back())

    def _read_back(self) -> Any:
        """Return the settings as a file gives them back."""
        return json.loads(json.dumps(self.settings))


Experiment = Callable[[Bench], Iterator[Job]]


def _paper() -> Profile:
    """Return the paper's recipe, without the last epochs, at a learning rate near nothing."""
    return profile("paper").trained_with(epochs=_EPOCHS)


def _cells() -> Iterator[tuple[dict[str, str], Profile]]:
    yield from recipes.cells(_paper())


def _name(levels: Mapping[str, str]) -> str:
    return "-".join(levels.values())


def _code_of(method: str) -> tuple[str, ...]:
    """Return the module that decides what a ranker gives."""
    return (type(ranker(method)).__module__,)


def _training(
    bench: Bench, name: str, recipe: Profile, place: str, *, seeds: int, released: bool = False
) -> Job:
    """Return the job of training a recipe, on drawn pairs or on BAMIR's released triplets."""

    def run() -> Row:
        pairs = None
        if released:
            pairs = public.triplets()
            pairs = pairs[:, np.isin(pairs[0], bench.features.brands("train"))]
        folder = bench.trainings / place
        features, task = bench.features, bench.task
        return recipes.trained_row(name, features, recipe, folder, task, seeds=seeds, pairs=pairs)

    settings = {"seeds": seeds, "profile": asdict(recipe), "released triplets": released}
    return Job(name, run, settings)


def code(bench: Bench) -> Iterator[Job]:
    """Train by the released recipe for five epochs, about 60,000 steps, under three seeds."""
    yield _training(bench, "code", profile("code").trained_with(epochs=5), "code", seeds=3)


def code_whole(bench: Bench) -> Iterator[Job]:
    """Train by the released recipe to its end, about 1.2 million steps, under one seed."""
    yield _training(bench, "code", profile("code"), "code-whole", seeds=1)


def bamir(bench: Bench) -> Iterator[Job]:
    """Train by BAMIR's recipe on its released triplets, for the 40 epochs that it printed."""
    recipe = profile("bamir").trained_with(epochs=40)
    yield _training(bench, "released triplets", recipe, "bamir", seeds=3, released=True)


def grid(bench: Bench) -> Iterator[Job]:
    """Cross initialisation, L1, dropout and projections: 16 recipes, 5 seeds, 60 epochs."""
    for levels, recipe in _cells():
        name = _name(levels)
        yield _training(bench, name, recipe, f"grid/{name}", seeds=_SEEDS)


def sampling(bench: Bench) -> Iterator[Job]:
    """Draw the pairs of the chosen recipe otherwise: order, number and kind of negatives."""
    chosen = list(bench.recipes().values())[-1]
    for name, recipe in recipes.sampling(chosen).items():
        place = f"sampling/{name.replace(' ', '-')}"
        yield _training(bench, name, recipe, place, seeds=3)


def refitted(bench: Bench) -> Iterator[Job]:
    """Train on all 286 brands, for as many epochs as the validation brands chose before."""
    for name, recipe in bench.recipes().items():
        epochs = round(float(np.mean(bench.rows("grid")[name]["epochs"])))
        folder = bench.trainings / "refitted" / name
        given = (name, bench.features, recipe, folder, bench.task)
        run = partial(recipes.refitted_row, *given, epochs=epochs, seeds=_SEEDS)
        yield Job(name, run, {"seeds": _SEEDS, "profile": asdict(recipe), "epochs": epochs})


def splits(bench: Bench) -> Iterator[Job]:
    """Deal the brands out at random ten times, and fit every method anew."""

    def fit(method: str) -> Row:
        found = metrics_over_splits(bench.features, by_ranker(ranker(method)))
        return {"method": method, "over_splits": found}

    for method in ("MORNING-best", "similarity", "ridge-bilinear"):
        yield Job(method, partial(fit, method), code=_code_of(method))
    for name, recipe in bench.recipes().items():
        given = (name, bench.features, recipe, bench.trainings / "splits" / name)
        yield Job(name, partial(recipes.over_splits_row, *given), {"profile": asdict(recipe)})


def everyone(bench: Bench) -> Iterator[Job]:
    """Rank all 3,748 influencers for the test brands, by every method that can."""
    task = official_task(bench.features, "all")

    def fit(method: str) -> Row:
        found = ranker(method)
        seeds = max(found.draws, _SEEDS) if found.seeded else 1
        return result_row(method, draw(found, Inputs(bench.features), task, seeds))

    def score(name: str, recipe: Profile) -> Row:
        folder = bench.trainings / "grid" / name
        models = watch_seeds(bench.features, recipe, folder, bench.task, seeds=_SEEDS)
        return result_row(name, statistics(models, bench.features, task))

    for method in ("MORNING-best", *_QUICK):
        yield Job(method, partial(fit, method), code=_code_of(method))
    for name, recipe in bench.recipes().items():
        settings = {"seeds": _SEEDS, "profile": asdict(recipe)}
        yield Job(name, partial(score, name, recipe), settings)


EXPERIMENTS: dict[str, Experiment] = {
    "code": code,
    "bamir": bamir,
    "grid": grid,
    "sampling": sampling,
    "refitted": refitted,
    "splits": splits,
    "everyone": everyone,
    "code_whole": code_whole,
}


def run(names: list[str], results: Path = RESULTS, *, anew: bool = False) -> None:
    """Run experiments by name, or all; with `anew` also the rows that are there.

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
    bench = Bench(features, official_task(features), data_folder() / "evidence", results)
    for name in names or EXPERIMENTS:
        _run(name, bench, anew)


def _run(name: str, bench: Bench, anew: bool) -> None:
    """Compute the rows of an experiment that are not there, and write each as it comes."""
    jobs, known = list(EXPERIMENTS[name](bench)), bench.rows(name)
    about = (EXPERIMENTS[name].__doc__ or "").strip()
    record = {"experiment": name, "about": about, "data": "public", "jobs": len(jobs)}
    rows: list[Row] = []
    for i, job in enumerate(jobs, 1):
        row = known.get(job.name)
        made, done = job.provenance(), f"{name}, {i} of {len(jobs)}: {job.name}"
        if anew or row is None or not job.made(row):
            row = job.run() | {"made": made}
            print(done, *([f"AUC {row['auc']:.4f}"] if "auc" in row else []), flush=True)
        elif row["made"]["code"] != made["code"]:
            print(f"{done} is there, by the code of {row['made']['date']}")
        rows.append(row)
        later = [known[job.name] for job in jobs[i:] if job.name in known]
        write_json(bench.results / f"{name}.json", record | {"rows": rows + later})


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    try:
        run(sys.argv[1:], anew=os.environ.get("ANEW") == "1")
    except MorningError as error:
        sys.exit(f"error: {error}")

"""The long experiments on the benchmark, whose metrics are committed: `make evidence`.

Each experiment writes its rows below `book/results/` as they come, with the parameters, the code
and the day they came from. A row of the same parameters and code is not computed again, and
trainings that were interrupted go on.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from morning.code import code_of
from morning.errors import MorningError
from morning.evaluation import Task, mark_validation, official_task
from morning.features import FeatureSet
from morning.files import read_json, write_json
from morning.models import profile
from morning.places import data_folder
from morning.sources import load
from morning.studies import recipes

from morning_book import ROOT

RESULTS = ROOT / "book" / "results"
#: What decides a training's result.
_CODE = ("morning.models.training", "morning.studies.recipes")

Rows = Iterator[dict[str, Any]]
Experiment = Callable[[FeatureSet, Task, Path], Rows]


def grid(features: FeatureSet, task: Task, folder: Path) -> Rows:
    """Cross initialisation, L1, dropout and projections: 16 recipes, 5 seeds, 100 epochs."""
    yield from recipes.grid(features, profile("paper"), folder, task)


def code(features: FeatureSet, task: Task, folder: Path) -> Rows:
    """Train by the released recipe for five epochs, about 60,000 steps, under three seeds."""
    yield recipes.curve(features, profile("code").trained_with(epochs=5), folder, task)


def code_whole(features: FeatureSet, task: Task, folder: Path) -> Rows:
    """Train by the released recipe to its end, about 1.2 million steps, under one seed."""
    yield recipes.curve(features, profile("code"), folder, task, seeds=1)


EXPERIMENTS: dict[str, Experiment] = {"grid": grid, "code": code, "code_whole": code_whole}


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
    task, made = official_task(features), {"code": code_of(*_CODE)}
    for name in names or EXPERIMENTS:
        path = results / f"{name}.json"
        if path.is_file() and _is_whole(path, made):
            print(f"{name}: there already")
            continue
        rows: list[dict[str, Any]] = []
        for row in EXPERIMENTS[name](features, task, data_folder() / "evidence" / name):
            rows.append(row)
            _write(path, name, rows, made, finished=False)
            print(f"{name}: {row['method']}, AUC {row['auc']:.4f}", flush=True)
        _write(path, name, rows, made, finished=True)


def _is_whole(path: Path, made: dict[str, str]) -> bool:
    """Whether a file holds all rows of this code."""
    record = read_json(path)
    return record["finished"] and record["made"]["code"] == made["code"]


def _write(
    path: Path, name: str, rows: list[dict[str, Any]], made: dict[str, str], *, finished: bool
) -> None:
    """Write what there is so far, whole or not at all."""
    about = (EXPERIMENTS[name].__doc__ or "").strip()
    record = {"experiment": name, "about": about, "data": "public", "finished": finished}
    write_json(path, record | {"made": made | {"date": date.today().isoformat()}, "rows": rows})


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    try:
        run(sys.argv[1:])
    except MorningError as error:
        sys.exit(f"error: {error}")

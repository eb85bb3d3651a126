"""Is `best` ahead on generated worlds that took no part in making it? Takes a minute a world.

    python benchmarks/worlds.py [--worlds 12] [--first 200]

Prints the mean over worlds of AUC and MAP on the test brands, and how far `best` is ahead of
each rival, with an interval over worlds. Worlds that were finished before are not made again.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from morning.dataset import Dataset
from morning.evaluation import mark_validation, official_task
from morning.features import FeatureSet
from morning.features.rivals.inputs import Inputs
from morning.features.store import join_perspectives, save_perspective
from morning.files import read_json, write_json
from morning.models import Best
from morning.places import data_folder
from morning.prepare import perspectives
from morning.prepare.attributes import attributes
from morning.rankers import ranker
from morning.recommend.chance import Chances
from morning.run import Run
from morning.sources import demo
from morning.sources.source import Source
from morning.studies.comparison import draw
from scipy.stats import t

METRICS = ("auc_clean", "map")
METHODS = {"MORNING-best": 1, "similarity": 1, "cosine": 1, "MORNING": 3}  # with their seeds


def prepared(seed: int, folder: Path, visual: str = "small") -> tuple[Dataset, FeatureSet]:
    """Return a world and its vectors, made from its posts as notebooks 02 to 04 do.

    What was fitted on the way is below `folder`/prepared.
    """
    world = mark_validation(demo.generate(folder / "world", seed=seed))
    source, fitted = Source("demo", world, planted=True), folder / "prepared"
    for made in (
        perspectives.content(source, fitted, visual=visual),
        perspectives.audience(source, fitted, visual=visual),
        attributes(source, fitted),
    ):
        (name,) = made.features.perspectives()
        save_perspective(folder / "blocks", name, made.features)
    return world, join_perspectives(folder / "blocks")


def run_of(seed: int, folder: Path, visual: str = "small") -> tuple[Dataset, Run]:
    """Return a world and a run of it, below a folder, with what ranking needs."""
    run = Run(folder / "run")
    dataset, features = prepared(seed, folder, visual)
    features.save(run.vectors)
    (folder / "prepared").rename(run.prepared)
    Best.fit(features).save(run.best)
    Chances.fit(features).save(run.chances)
    return dataset, run


def reached(seed: int) -> dict[str, dict[str, float]]:
    """Return what every method reaches on the test brands of a world."""
    with TemporaryDirectory() as temporary:
        _, features = prepared(seed, Path(temporary))
    inputs, task = Inputs(features), official_task(features)
    found = {}
    for name, seeds in METHODS.items():
        method = ranker(name, **({"profile": "quick"} if name == "MORNING" else {}))
        runs = [run.metrics() for run in draw(method, inputs, task, seeds)]
        found[name] = {m: float(np.mean([run[m] for run in runs])) for m in METRICS}
    return found


def summary(worlds: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[dict[str, object]]:
    """Return a row per method and metric: mean, and how far `best` is ahead, with ci95."""
    first, *_ = METHODS
    rows: list[dict[str, object]] = []
    for name in METHODS:
        for metric in METRICS:
            values = np.array([world[name][metric] for world in worlds.values()])
            ahead = np.array([world[first][metric] for world in worlds.values()]) - values
            half = t.ppf(0.975, len(ahead) - 1) * ahead.std(ddof=1) / len(ahead) ** 0.5
            interval = [ahead.mean() - half, ahead.mean() + half]
            row = {"method": name, "metric": metric, "mean": values.mean()}
            rows.append(row | ({"ahead": ahead.mean(), "ci95": interval} if name != first else {}))
    return rows


def main() -> None:
    """Go through the worlds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=12)
    parser.add_argument("--first", type=int, default=200, help="seed of the first world")
    asked = parser.parse_args()
    kept = data_folder() / "worlds.json"
    worlds = read_json(kept) if kept.is_file() else {}
    wanted = [str(seed) for seed in range(asked.first, asked.first + asked.worlds)]
    for seed in wanted:
        if seed not in worlds:
            worlds[seed] = reached(int(seed))
            write_json(kept, worlds)
            print(seed, worlds[seed], flush=True)
    for row in summary({seed: worlds[seed] for seed in wanted}):
        print(row)


if __name__ == "__main__":
    main()

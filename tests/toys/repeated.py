"""From posts to a ranking and its rivals, in a process of its own: what must repeat."""

from __future__ import annotations

import sys
from pathlib import Path

from morning.files import write_json
from morning.models import profile, train
from morning.prepare.features import make_features
from morning.run import Run
from morning.sources import demo, load
from morning.studies.baselines import compare_folder
from morning.studies.trained import evaluate_run, fit_run
from morning.testing import shared_generators


def main(folder: Path) -> None:
    """Write features, models and results of a small world into a folder."""
    before = shared_generators()
    world, run = folder / "world", Run(folder / "run")
    demo.generate(world, brands=6, influencers=15, posts=2, audience=2, audience_posts=1)
    vectors = make_features(load(world), folder / "prepared", visual="none", topics=3)
    fitted = fit_run(vectors, run.folder)
    fitted.write("ranked", [evaluate_run(fitted)])
    quick = profile("quick").trained_with(epochs=2)
    train(vectors, quick, run.model() / "seed-0", device="cpu", progress=False)
    rivals = ["RAND", "two-tower", "category-oracle"]
    compared = compare_folder(run.vectors, rivals, seeds=1, cache=folder / "cache", epochs=1)
    write_json(run.results("compared"), compared)
    assert shared_generators() == before, "a global state was left changed"


if __name__ == "__main__":
    main(Path(sys.argv[1]))

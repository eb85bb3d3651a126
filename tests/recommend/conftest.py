"""A run of a small generated world, and what stands for its networks."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from morning.features import FeatureSet
from morning.models.best import Best
from morning.prepare import perspectives, recognisers
from morning.prepare.attributes import attributes
from morning.recommend.candidates import write_candidates
from morning.recommend.chance import Chances
from morning.run import Run
from morning.sources import Source, demo
from toys.pictures import colours

WORLD = {"brands": 16, "influencers": 30, "posts": 4, "audience": 3, "picture_size": 16}
NETWORKS = colours(3), colours(2, size=4)


@pytest.fixture(scope="session")
def networks():
    return NETWORKS


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recommend") / "world"
    return Source(str(folder), demo.generate(folder, **WORLD))


@pytest.fixture(scope="session")
def made(world, tmp_path_factory):
    """A run, prepared and fitted, with networks that need no training."""
    run = Run(tmp_path_factory.mktemp("recommend") / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(perspectives, "recognisers", lambda *_: NETWORKS)
        patch.setenv("MORNING_DATA", str(tmp_path_factory.mktemp("data")))
        parts = [
            perspectives.content(world, run.prepared, topics=4),
            perspectives.audience(world, run.prepared, topics=3),
            attributes(world, run.prepared),
        ]
        first = parts[0].features
        features = FeatureSet(
            first.accounts,
            first.collaborations,
            {name: x for part in parts for name, x in part.features.blocks.items()},
            "world",
            {name: how for part in parts for name, how in part.features.made.items()},
        )
        features.save(run.vectors)
        Best.fit(features).save(run.best)
        Chances.fit(features).save(run.chances)
        costs = pd.Series(range(len(world.dataset.accounts)), dtype=float)
        accounts = world.dataset.accounts.reset_index(drop=True).assign(cost=costs)
        write_candidates(replace(world.dataset, accounts=accounts), run.candidates)
    return run


@pytest.fixture
def run(made, tmp_path):
    """A copy of that run, to be changed."""
    shutil.copytree(made.folder, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture(autouse=True)
def at_hand(monkeypatch, tmp_path):
    """The networks are at hand, and the data folder is the test's own."""
    monkeypatch.setattr(recognisers, "_pretrained", lambda _: NETWORKS)
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))

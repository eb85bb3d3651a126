"""Generated worlds."""

import pytest
from morning.sources import demo
from morning.sources.demo.world import plan
from toys.worlds import SEEDS, SMALL


@pytest.fixture(scope="session")
def worlds():
    return [plan(demo.DemoOptions(seed=seed)) for seed in SEEDS]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "world"
    demo.generate(folder, **SMALL)
    return folder

"""Two Ray workers give the bytes of this machine, also where one is killed."""

import numpy as np
import pyarrow as pa
import pytest
from morning.features import documents, text, topics
from morning.features.visual import encode
from morning.features.visual.recognise import VisualOptions
from morning.prepare import perspectives
from morning.scale.engines import ENGINE
from morning.scale.shards import map_shards, sharded
from morning.sources import demo, load
from toys.pictures import colours
from toys.steps import Noted, two_workers

pytest.importorskip("ray", reason="needs the extra ray")


@pytest.fixture(scope="module")
def cluster():
    with two_workers() as engine:
        yield engine


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.arrow")}


def test_a_killed_worker_changes_no_byte(cluster, tmp_path):
    (tmp_path / "times").mkdir()
    numbers = pa.table({"x": np.arange(60)})
    deadly = Noted(tmp_path / "times", deadly=30)
    found = list(map_shards(deadly, sharded(numbers, 10), cluster, folder=tmp_path / "there"))
    assert (np.concatenate([t["x"].to_numpy() for t in found]) == np.arange(60) ** 2).all()
    assert deadly.times() == {0: 1, 10: 1, 20: 1, 30: 2, 40: 1, 50: 1}
    list(map_shards(deadly, sharded(numbers, 10), workers=1, folder=tmp_path / "here"))
    assert files(tmp_path / "there") == files(tmp_path / "here") != {}


@pytest.mark.long
def test_features_of_a_demo_world_are_the_same(cluster, tmp_path, monkeypatch):
    """Captions, topics and pictures in shards of a few."""
    monkeypatch.setattr(text, "SHARD", 150)
    monkeypatch.setattr(documents, "SHARD", 150)
    monkeypatch.setattr(topics, "_SHARD", 15)
    small = VisualOptions(shard_size=100, workers=0)
    monkeypatch.setattr(encode, "VisualOptions", lambda: small)
    networks = colours(3), colours(2)
    monkeypatch.setattr(perspectives, "recognisers", lambda visual, source: networks)
    demo.generate(tmp_path / "world", brands=24, influencers=20, posts=6, picture_size=16)
    made = {}
    for name in ("local", "ray"):
        monkeypatch.setenv(ENGINE, name)
        monkeypatch.setenv("MORNING_DATA", str(tmp_path / name))
        world = load(tmp_path / "world")
        made[name] = perspectives.content(world, tmp_path / name, topics=4, visual="network")
    assert set(made["local"].features.blocks) == {"content_topics", "content_visual"}
    for block, values in made["local"].features.blocks.items():
        assert values.tobytes() == made["ray"].features.blocks[block].tobytes()
    assert files(tmp_path / "local") == files(tmp_path / "ray") != {}

"""From a source to a FeatureSet and to the rivals' inputs: each post is looked at once."""

from dataclasses import replace

import pytest
import torch
from morning.code import closure
from morning.errors import ContractError
from morning.features import BLOCKS, documents
from morning.features.posts import Posts
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.visual import pictures
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.prepare import perspectives, rivals
from morning.prepare.features import make_features
from morning.sources import Source, demo
from torch import nn

WORLD = {"brands": 12, "influencers": 24, "posts": 3, "audience": 2, "picture_size": 16}
TINY = CosmicOptions(size=32, hidden=8, embedding_size=8, epochs=1, device="cpu")


class _Colours(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(3, 3)
        nn.init.eye_(self.last.weight)

    def forward(self, x):
        return self.last(10 * x.mean(dim=(2, 3)))


@pytest.fixture
def source(tmp_path, monkeypatch):
    crop = ResizeCrop(resize=(8, 8), crop=8, mean=(0, 0, 0), std=(1, 1, 1))
    torch.manual_seed(0)
    networks = (Recogniser("colours", ("red", "green", "blue"), _Colours(), crop),) * 2
    monkeypatch.setattr(perspectives, "recognisers", lambda *_: networks)
    monkeypatch.setattr(rivals, "recognisers", lambda *_: networks)
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))
    return Source(str(tmp_path), demo.generate(tmp_path / "world", **WORLD))


def counted(monkeypatch, owner, name, log, key):
    """Note the arguments of every call of a function in a file, which worker processes share."""
    original = getattr(owner, name)

    def noting(*args):
        with log.open("a") as file:
            file.write(f"{key(*args)}\n")
        return original(*args)

    monkeypatch.setattr(owner, name, noting)
    log.touch()
    return lambda: log.read_text().splitlines()


def test_one_join_one_tokenisation_and_one_look(source, tmp_path, monkeypatch):
    """Of the way into Table III: 17 joins, 8 tokenisations of a caption, 4 decodes of a picture."""
    joins = counted(monkeypatch, Posts, "_of", tmp_path / "joins", lambda *_: "join")
    texts = counted(
        monkeypatch, documents, "words", tmp_path / "texts", lambda text, *_: hash(text)
    )
    decodes = counted(monkeypatch, pictures, "decode", tmp_path / "looks", lambda path: path.name)
    features = make_features(source, tmp_path / "run", topics=3)
    assert list(features.blocks) == list(BLOCKS)
    assert len(joins()) == 2  # own posts and the audience's
    table = source.dataset.posts
    own = int(table["account_id"].isin(features.accounts["account_id"]).sum())
    assert len(texts()) == len(table)
    rivals.rival_inputs(source, features, cosmic=TINY)
    assert len(joins()) == 3
    assert len(texts()) == len(table) + own  # chapter 8 is another process
    assert len(decodes()) == len(set(decodes())) == table["image"].nunique()


def test_vectors_that_a_source_brings_are_handed_on(source, tmp_path):
    features = make_features(source, tmp_path / "run", topics=3)
    brought = replace(source, features=features)
    assert make_features(brought, tmp_path / "other") is features
    assert not (tmp_path / "other").exists()


def test_a_source_that_gives_nothing_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.setattr(perspectives, "recognisers", lambda *_: "No networks.")
    world = source.dataset
    mute = replace(
        world,
        accounts=world.accounts.assign(biography=None, category="x"),
        posts=world.posts.assign(caption=None),
    )
    with pytest.raises(ContractError, match="at least one of"):
        make_features(replace(source, dataset=mute.validate()), tmp_path / "run")


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("perspectives", ("attributes/",)),
        ("attributes", ("features/topics.py", "features/visual/")),
    ],
)
def test_an_edit_of_one_perspective_leaves_the_others_alone(module, never):
    found = [path.as_posix() for path in closure(f"morning.prepare.{module}")]
    assert not [path for path in found for part in never if f"/morning/{part}" in path]

"""From a source to a FeatureSet, and how often a post is touched on the way to Table III."""

from collections import Counter

import numpy as np
import pytest
from morning.errors import ContractError
from morning.features import BLOCKS
from morning.features import posts as posts_module
from morning.features.posts import Posts
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.visual import pictures
from morning.prepare import perspectives, rivals
from morning.prepare.features import make_features
from morning.prepare.rivals import rival_inputs
from morning.sources import Source, demo
from toys.pictures import colours

SMALL = {"brands": 12, "influencers": 40, "posts": 3, "audience": 3, "picture_size": 16}
TINY = CosmicOptions(size=32, hidden=8, embedding_size=8, epochs=1, device="cpu")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features") / "world"
    return Source(str(folder), demo.generate(folder, **SMALL))


@pytest.fixture(autouse=True)
def recognised(monkeypatch, tmp_path):
    """Small networks that need no training, and a data folder of the test's own."""
    for module in (perspectives, rivals):
        monkeypatch.setattr(module, "recognisers", lambda *_: (colours(3), colours(2, size=4)))
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))


def test_every_block_in_one_call(source, tmp_path):
    features = make_features(source, tmp_path, topics=3)
    assert tuple(features.blocks) == BLOCKS
    assert set(features.made) == set(BLOCKS)
    again = make_features(source, tmp_path / "again", topics=3)
    for name, block in features.blocks.items():
        np.testing.assert_array_equal(again.blocks[name], block)


def test_vectors_of_the_source_are_returned(tiny_features, tmp_path):
    ready = tiny_features()
    assert make_features(Source("here", None, ready), tmp_path) is ready


def test_a_source_that_gives_nothing_is_refused(source, tmp_path, monkeypatch):
    for module in (perspectives, rivals):
        monkeypatch.setattr(module, "recognisers", lambda *_: "No networks.")
    world = source.dataset
    mute = Source(
        "mute",
        type(world)(
            accounts=world.accounts.assign(biography=None, category="x"),
            collaborations=world.collaborations,
            posts=world.posts.assign(caption=None),
        ).validate(),
    )
    with pytest.raises(ContractError, match="at least one of"):
        make_features(mute, tmp_path)


def test_a_post_is_joined_read_and_seen_as_seldom_as_can_be(source, tmp_path, monkeypatch):
    """Not once for every table and model that wants it: 17, 8 and 4 times, once."""
    joins, texts = Counter(), Counter()
    looks = tmp_path / "looks.txt"  # worker processes decode, so a file must count
    words, decode = Posts.words.__globals__["Tokens"].of.__globals__["words"], pictures.decode
    own, accounts = Posts.own.__func__, posts_module.account_table

    def count_words(caption, *options):
        texts[caption] += 1
        return words(caption, *options)

    def count_looks(path):
        with open(looks, "a") as file:
            file.write(f"{path}\n")
        return decode(path)

    monkeypatch.setattr("morning.features.documents.words", count_words)
    monkeypatch.setattr(pictures, "decode", count_looks)
    features = make_features(source, tmp_path, topics=3)
    monkeypatch.setattr(
        Posts, "own", classmethod(lambda cls, data: joins.update(["own"]) or own(cls, data))
    )
    monkeypatch.setattr(
        posts_module, "account_table", lambda data: joins.update(["accounts"]) or accounts(data)
    )
    inputs, _ = rival_inputs(source, features, cosmic=TINY)
    assert inputs.concepts is not None
    assert inputs.image_history is not None
    assert joins == {"own": 1, "accounts": 1}
    of_posts = Counter(source.dataset.posts["caption"].dropna())
    assert all(times <= 2 * of_posts[caption] for caption, times in texts.items() if caption)
    assert set(Counter(looks.read_text().splitlines()).values()) == {1}

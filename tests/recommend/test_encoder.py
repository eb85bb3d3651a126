"""Accounts that were in no training get the vectors that they would have had in it."""

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.recommend.encoder import Encoder
from morning.run import Run
from morning.sources.newcomers import described
from toys.newcomers import of_one


@pytest.fixture
def encoder(made):
    return Encoder(made.features(), made.prepared)


def test_accounts_of_the_run_get_the_same_vectors(encoder, world):
    found = encoder.encode(world.dataset)
    for block, values in encoder.features.blocks.items():
        np.testing.assert_allclose(found.features.blocks[block], values, atol=1e-6)
    assert found.notes == []


def test_company_does_not_matter(encoder, world):
    brands = encoder.features.accounts.iloc[encoder.features.brands()]["account_id"]
    for brand in brands[:3]:
        found = encoder.encode(of_one(world.dataset, brand))
        (row,) = encoder.features.rows([brand])
        assert list(found.features.accounts["account_id"]) == [brand]
        for block, values in encoder.features.blocks.items():
            np.testing.assert_allclose(found.features.blocks[block][0], values[row], atol=1e-6)


def test_what_is_not_there_is_not_known(encoder, world):
    brand = world.dataset.collaborations["brand_id"].iloc[0]
    alone = of_one(world.dataset, brand)
    posts = alone.posts.assign(image=None)
    bare = replace(alone, audiences=alone.audiences[:0], posts=posts)
    found = encoder.encode(bare)
    assert {block: bool(known[0]) for block, known in found.known.items()} == {
        "content_visual": False,
        "content_topics": True,
        "audience_visual": False,
        "audience_topics": False,
        "attribute": True,
    }
    assert found.notes == [
        "Ranked by content topics, attribute; there is nothing of content visual, audience "
        "visual, audience topics."
    ]


def test_captions_without_a_known_word_are_said(encoder):
    found = encoder.encode(described("Быстрая коричневая лиса прыгает через ленивую собаку"))
    assert not any(known.any() for known in found.known.values())
    assert found.notes[0].startswith("Nothing that the run knows was found")
    assert "None of the words of 1 account is known" in found.notes[1]
    assert "ru" in found.notes[1]


def test_pictures_that_cannot_be_used_are_said(encoder, world, tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    one = described("bread")
    found = encoder.encode(replace(one, posts=one.posts.assign(image="a.png"), root=tmp_path))
    assert any(note.startswith("Pictures that cannot be used: a.png: ") for note in found.notes)
    assert not found.known["content_visual"].any()


def test_networks_that_are_not_there_are_said_once(made, encoder, world, tmp_path, monkeypatch):
    monkeypatch.setattr("morning.prepare.recognisers.kept", lambda _: "No networks.")
    found = encoder.encode(world.dataset)
    assert found.notes.count("No networks.") == 1
    assert not found.known["content_visual"].any()
    assert found.known["content_topics"].all()


def test_vectors_that_were_made_elsewhere(tiny_features, tmp_path):
    with pytest.raises(MorningError, match="only accounts that are in it"):
        Encoder(tiny_features(), Run(tmp_path).prepared).encode(described("bread"))

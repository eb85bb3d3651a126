"""The attribute perspective: computed where biographies allow it, said where not."""

from dataclasses import replace

import numpy as np
from morning.attributes.block import AttributeEncoder
from morning.prepare.attributes import attributes
from morning.sources import Source, demo


def test_block_graph_lists_and_encoder(tmp_path):
    world = demo.generate(
        tmp_path / "world", brands=12, influencers=40, posts=1, audience=0, picture_size=16
    )
    prepared = attributes(Source("here", world), tmp_path)
    block = prepared.features.validate().blocks["attribute"]
    assert prepared.graph is not None
    assert set(prepared.lists) == set(prepared.features.accounts["account_id"])
    again = AttributeEncoder.load(tmp_path / "attributes").encode(world)
    np.testing.assert_allclose(again[0], block, atol=1e-6)
    assert again[1] == prepared.lists
    assert prepared.features.made["attribute"] == prepared.blocks["attribute"].made

    mute = replace(world, accounts=world.accounts.assign(biography=None, category="x"))
    left_out = attributes(Source("here", mute), tmp_path / "none")
    assert left_out.features.blocks == {}
    assert left_out.notes[0].startswith("Attributes are left out: ")
    assert not (tmp_path / "none").exists()


def test_vectors_of_the_source_are_handed_on(tiny_features, tmp_path):
    ready = tiny_features()
    prepared = attributes(Source("here", None, ready), tmp_path)
    assert list(prepared.features.blocks) == ["attribute"]
    assert prepared.graph is None

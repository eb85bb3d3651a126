"""eq 18: attribute vectors of accounts, and the way there from a Dataset."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.attributes.biographies import BiographyOptions
from morning.attributes.block import (
    AttributeEncoder,
    AttributeOptions,
    attribute_block,
    mean_vectors,
)
from morning.attributes.embedding import Embedding, Node2VecOptions
from morning.dataset import Dataset, empty_table
from morning.errors import MorningError
from morning.features.featureset import FeatureSet, account_table
from toys.biographies import dataset, small_world

OPTIONS = AttributeOptions(
    biographies=BiographyOptions(min_count=1),
    node2vec=Node2VecOptions(dimensions=8, walk_length=5, walks=2, window=2, epochs=1),
)


def test_mean_of_node_vectors():
    embedding = Embedding(("a", "b"), np.array([[1, 2], [3, 6]], dtype=np.float32))
    lists = [("a",), ("a", "b", "b"), ("unknown", "b"), ("unknown",), ()]
    values = mean_vectors(lists, embedding)
    assert values.dtype == np.float32
    assert values.tolist() == [[1, 2], [2, 4], [3, 6], [0, 0], [0, 0]]


def test_block_makes_a_feature_set(caplog, tmp_path):
    world = small_world()
    block, learnt = attribute_block(world, OPTIONS)
    accounts = account_table(world)
    features = FeatureSet(
        accounts, world.collaborations, {"attribute": block.values}, made={"attribute": block.made}
    )
    features.save(tmp_path / "features")
    assert FeatureSet.load(tmp_path / "features").sizes() == {"attribute": 8}
    vectors = dict(zip(accounts["account_id"], block.values, strict=True))
    of_food = learnt.encoder.embedding.reordered(["dessert", "food"]).vectors
    assert np.allclose(vectors["sweet"], of_food.mean(axis=0))
    # carol and dora have no attribute; hidden's only one, drink, is not in the training graph.
    zero = {account for account, vector in vectors.items() if not vector.any()}
    assert zero == {"carol", "dora", "hidden"}
    assert block.made["accounts_without_attribute"] == 3
    assert "3 of 9 accounts have no known attribute" in caplog.text


def test_manifest_entry_says_how_it_was_made():
    made = json.loads(json.dumps(attribute_block(small_world(), OPTIONS)[0].made))
    assert made["options"]["node2vec"]["dimensions"] == 8
    assert made["options"]["biographies"]["splits"] == ["train"]
    assert made["concepts"].startswith("isa.tsv, SHA-256 ")
    assert made["collaborations"] == 5


def test_repeats_exactly():
    (first, _), (second, _) = (attribute_block(small_world(), OPTIONS) for _ in range(2))
    assert first.values.tobytes() == second.values.tobytes()


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(["chocolate and jeans", "", "lipstick lipstick", "pilot"]),
    st.sampled_from(["anna", "bert", "carol", "dora"]),
)
def test_a_test_brand_changes_no_vector_but_its_own(biography, influencer):
    expected, known = attribute_block(small_world(), OPTIONS)
    world = small_world(test_biography=biography, test_influencer=influencer)
    block, learnt = attribute_block(world, OPTIONS)
    others = (account_table(world)["account_id"] != "other").to_numpy()
    assert learnt.graph.edges.equals(known.graph.edges)
    assert np.array_equal(block.values[others], expected.values[others])


def test_encoder_gives_the_same_vectors_from_the_folder(tmp_path):
    world = small_world()
    block, learnt = attribute_block(world, OPTIONS)
    learnt.encoder.save(tmp_path / "attributes")
    encoder = AttributeEncoder.load(tmp_path / "attributes")
    values, _ = encoder.encode(world)
    assert np.array_equal(values, block.values)


def test_encoder_knows_new_accounts():
    encoder = attribute_block(small_world(), OPTIONS)[1].encoder
    accounts = pd.DataFrame(
        {
            "account_id": ["baker", "silent", "other"],
            "role": "influencer",
            "biography": ["I bake cakes", None, "nothing known"],
        }
    ).reindex(columns=empty_table("accounts").columns)
    new, _ = encoder.encode(Dataset(accounts, empty_table("collaborations")))
    dessert = encoder.embedding.reordered(["dessert"]).vectors[0]
    assert np.array_equal(new[0], dessert)
    assert not new[1:].any()


def test_encoder_load_names_what_is_missing(tmp_path):
    with pytest.raises(MorningError, match=r"keywords\.json"):
        AttributeEncoder.load(tmp_path)


def test_refuses_a_world_without_attributes():
    world = dataset(
        {"b": ("train", "food", None), "m": (None, None, "nothing known here")}, [("b", "m")]
    )
    with pytest.raises(MorningError, match="no two attributes occur together"):
        attribute_block(world, OPTIONS)

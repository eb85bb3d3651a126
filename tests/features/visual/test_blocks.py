"""Probabilities of pictures pooled into a block, by hand."""

import json
import logging

import numpy as np
import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.featureset import FeatureSet, account_table
from morning.features.posts import AudienceOptions, Posts
from morning.features.visual.blocks import visual_block
from morning.features.visual.recognise import VisualOptions
from toys.looks import HERE
from toys.pictures import paint


@pytest.fixture
def dataset(tmp_path):
    """A brand with two pictures, an influencer with a broken one, another without posts."""
    folder = tmp_path / "images"
    folder.mkdir()
    paint(folder, "redgreen.png", (204, 51, 0))  # 0.8, 0.2, 0
    paint(folder, "mixed.png", (23, 116, 116))  # about 0.09, 0.45, 0.45
    paint(folder, "fan.png", (0, 0, 255))
    (folder / "broken.png").write_bytes(b"broken")
    accounts = [("i", "influencer"), ("b", "brand"), ("lurker", "influencer"), ("fan", "audience")]
    posts = [
        ("p0", "b", "images/redgreen.png"),
        ("p1", "b", "images/mixed.png"),
        ("p2", "b", "images/mixed.png"),
        ("p3", "b", None),
        ("p4", "i", "images/broken.png"),
        ("p5", "fan", "images/fan.png"),
        ("p6", "fan", ""),
    ]
    table = pd.DataFrame(accounts, columns=["account_id", "role"])
    table["category"] = table["role"].map({"brand": "food"})
    table["split"] = table["role"].map({"brand": "train"})
    return Dataset(
        accounts=table,
        posts=pd.DataFrame(posts, columns=["post_id", "account_id", "image"]),
        audiences=pd.DataFrame([("b", "fan"), ("i", "fan")], columns=["account_id", "audience_id"]),
        collaborations=pd.DataFrame({"brand_id": ["b"], "influencer_id": ["i"]}),
        root=tmp_path,
    ).validate()


def test_content_by_hand(dataset, tmp_path, objects, scenes, caplog):
    with caplog.at_level(logging.WARNING):
        block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    assert account_table(dataset)["account_id"].tolist() == ["b", "i", "lurker"]
    # objects of b: (0.8, 0.2, 0) + 2 * (0, 116/255, 116/255); red of `mixed` is below 0.1
    share = 116 / 255
    summed = np.array([0.8, 0.2 + 2 * share, 2 * share])
    # scenes of b, from red and green alone: (0.8, 0.2) + 2 * (23/139, 116/139)
    scene = np.array([0.8 + 2 * 23 / 139, 0.2 + 2 * 116 / 139])
    expected = [*(summed / summed.sum()), *(scene / scene.sum())]
    np.testing.assert_allclose(block.values[0], expected, rtol=1e-5)
    np.testing.assert_allclose(block.values[1:], [[1 / 3] * 3 + [0.5] * 2] * 2, rtol=1e-6)
    assert block.values.dtype == np.float32
    assert block.counts == {
        "accounts": 3,
        "posts": 5,
        "posts_pooled": 3,
        "posts_without_picture": 1,
        "pictures": 3,
        "pictures_skipped": 1,
        "accounts_uniform_objects": 2,
        "accounts_uniform_scenes": 2,
    }
    assert [name for name, _ in block.skipped] == ["images/broken.png"]
    assert "2 of 3 accounts show no objects above 0.1" in caplog.text


def test_the_threshold_changes_the_block_without_decoding(
    dataset, tmp_path, objects, scenes, decoded
):
    visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    decoded.clear()
    strict = VisualOptions(threshold=0.5, workers=0, device="cpu")
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", strict)
    assert decoded == ["broken.png"]  # the broken one is tried again, in case it was mended
    np.testing.assert_allclose(block.values[0, :3], [1, 0, 0], atol=1e-6)


def test_audience_by_hand(dataset, tmp_path, objects, scenes):
    audience = AudienceOptions(accounts=2, posts=2, seed=3)
    block = visual_block(
        Posts.of_audience(dataset, audience), objects, scenes, tmp_path / "cache", HERE
    )
    np.testing.assert_allclose(block.values[:2, :3], [[0, 0, 1]] * 2, atol=1e-5)
    np.testing.assert_allclose(block.values[2, :3], [1 / 3] * 3, atol=1e-6)
    assert block.counts["posts"] == 4 == len(Posts.of_audience(dataset, audience))
    assert block.counts["pictures"] == 1
    assert block.made["audience"] == {"accounts": 2, "posts": 2, "seed": 3}


def test_a_block_says_how_it_was_made(dataset, tmp_path, objects, scenes):
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    made = json.loads(json.dumps(block.made, allow_nan=False))
    assert made["objects"]["weights_sha256"] == objects.weights_digest
    assert made["objects"]["classes"] == 3
    assert made["scenes"]["preprocess"]["resize"] == 4
    assert made["labels"] == [*objects.labels, *scenes.labels]
    assert len(made["labels"]) == block.values.shape[1]
    assert made["threshold"] == 0.1
    assert made["counts"] == block.counts


def test_blocks_fit_into_a_feature_set(dataset, tmp_path, objects, scenes):
    content = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    audience = visual_block(Posts.of_audience(dataset), objects, scenes, tmp_path / "cache", HERE)
    features = FeatureSet(
        accounts=account_table(dataset),
        collaborations=dataset.collaborations,
        blocks={"content_visual": content.values, "audience_visual": audience.values},
        made={"content_visual": content.made, "audience_visual": audience.made},
    )
    features.save(tmp_path / "features")
    assert FeatureSet.load(tmp_path / "features").made == features.made


def test_posts_may_come_in_any_order(dataset, tmp_path, objects, scenes):
    first = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    dataset.posts = dataset.posts.iloc[::-1].reset_index(drop=True)
    again = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    np.testing.assert_allclose(again.values, first.values, atol=1e-7)


def test_a_dataset_without_any_picture_is_uniform(dataset, tmp_path, objects, scenes):
    dataset.posts = dataset.posts.assign(image=None)
    dataset.root = None
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    np.testing.assert_allclose(block.values, [[1 / 3] * 3 + [0.5] * 2] * 3, rtol=1e-6)
    assert block.counts["posts_without_picture"] == 5


def test_pictures_need_a_root(dataset, tmp_path, objects, scenes):
    dataset.root = None
    with pytest.raises(MorningError, match="no root folder"):
        visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)

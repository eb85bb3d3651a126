"""The post that announces a collaboration."""

import pandas as pd
from morning.studies.campaigns import announcement
from toys.posts import dataset


def test_the_most_engaged_post_that_names_the_partner():
    captions = {"a1": "with @acme", "a2": "again @acme", "a3": "@bolt", "b1": "@nobody"}
    found = announcement(dataset(captions), "acme")
    assert (found.brand, found.influencer, found.author) == ("acme", "anna", "anna")
    assert found.post["post_id"].tolist() == ["a2"]  # a3 has more, and names no partner


def test_a_post_of_the_brand():
    found = announcement(dataset({"m1": "our friend @Ben!", "a2": "@acme"}), "acme")
    assert (found.influencer, found.author) == ("ben", "acme")


def test_posts_with_a_picture_come_first():
    world = dataset({"a1": "with @acme", "a3": "with @acme"})
    world.posts["image"] = pd.Series(["x.jpg", *[None] * 6], dtype="str")
    assert announcement(world, "acme").post["post_id"].tolist() == ["a1"]


def test_nobody_is_named():
    assert announcement(dataset(), "acme") is None
    assert announcement(dataset({"a1": "@bolt"}), "bolt") is None

"""Sections on content."""

import numpy as np
import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.features.documents import Documents
from morning.features.separation import between_share
from morning.features.topics import TopicModel, TopicOptions
from morning.prepare.perspective import Perspective
from morning.report.content import (
    number_of_topics,
    released_pictures,
    topic_map,
    topic_separation,
)
from morning.sources import Source, public
from toys.audited import is_empty
from toys.figures import heights, ticks


def test_a_map_where_there_are_topics(tiny_features):
    assert topic_map(Perspective(tiny_features())) is None
    words = Documents.of(["oven pizza bread", "wheel brake engine", "river lake sea"] * 4)
    for topics, said in ((3, "<iframe"), (2, "at least 3 topics")):
        options = TopicOptions(topics=topics, passes=1, min_count=1, max_share=1)
        model = TopicModel.fit(words, options)
        shown = topic_map(Perspective(tiny_features(), topics=model, documents=words))
        assert said in shown.data
        assert ("<details>" in shown.data) == (topics == 3)


def test_what_topics_separate(tiny_features):
    topics = np.full((10, 4), 0.25, np.float32)
    topics[:6, 1] = [1, 0] * 3  # the category alone
    topics[:6, 2] = [0, 0, 0, 0, 1, 1]  # nothing of it
    section = topic_separation(tiny_features(blocks={"content_topics": topics}))
    np.testing.assert_allclose(
        between_share(tiny_features(blocks={"content_topics": topics}), "content_topics"),
        [0, 1, 0, 0],
        atol=1e-9,
    )
    assert "Between **0%** and **100%** of a topic's variance" in section.text
    assert "; topics 2, " in section.text
    assert section.figure is not None
    assert is_empty(topic_separation(tiny_features(blocks={})))


def of_three_topics():
    words = Documents.of(["oven pizza bread", "wheel brake engine", "river lake sea"] * 4)
    options = TopicOptions(topics=3, passes=1, min_count=1, max_share=1)
    return TopicModel.fit(words, options)


def test_topics_are_named_by_their_words(tiny_features):
    features = tiny_features(
        blocks={"content_topics": np.eye(3, dtype=np.float32)[[0, 1, 2] * 4][:10]}
    )
    names = ticks(topic_separation(features, of_three_topics()).figure.axes[0])
    assert sorted(name.split("  ")[1] for name in names) == ["1", "2", "3"]
    assert all(name.count(", ") == 2 for name in names)


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ([2, 3, 4], "neither the smallest nor the largest"),
        ([3, 4], "It is the **smallest** that was tried: a smaller one could be better still"),
        ([1, 2, 3], "It is the **largest** that was tried: a larger one could be better still"),
        ([3], "No other was tried."),
    ],
)
def test_a_number_of_topics_at_the_edge_of_those_tried(tiny_features, tried, said):
    choice = pd.DataFrame({"topics": tried})
    content = Perspective(tiny_features(), topics=of_three_topics(), topic_choice=choice)
    text = number_of_topics(content).data
    assert "**3** is used" in text
    assert said in text


def test_no_number_was_chosen(tiny_features):
    assert number_of_topics(Perspective(tiny_features())) is None
    assert number_of_topics(Perspective(tiny_features(), topics=of_three_topics())) is None


@pytest.mark.parametrize("released", [True, False])
def test_the_released_pictures(released, monkeypatch):
    vectors = {"objects": np.eye(4, dtype=np.float32), "scenes": np.full((2, 5), 0.2, np.float32)}
    monkeypatch.setattr(public, "brand_images", lambda: vectors)
    section = released_pictures(Source("x", Dataset(None, None, None), released=released))
    assert is_empty(section) == (not released)
    if released:
        assert section.tables[0].data["effective classes, median"].to_dict() == {
            "objects": "1.00",
            "scenes": "5.00",
        }
        assert heights(section.figure.axes[0])[-1] == 4

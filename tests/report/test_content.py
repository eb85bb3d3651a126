"""Sections on content."""

import numpy as np
import pytest
from morning.dataset import Dataset
from morning.features.documents import Documents
from morning.features.separation import between_share
from morning.features.topics import TopicModel, TopicOptions
from morning.prepare.perspective import Perspective
from morning.report.content import released_pictures, topic_map, topic_separation
from morning.sources import Source, public
from toys.audited import is_empty
from toys.figures import heights


def test_a_map_where_there_are_topics(tiny_features):
    assert topic_map(Perspective(tiny_features())) is None
    words = Documents.of(["oven pizza bread", "wheel brake engine", "river lake sea"] * 4)
    for topics, said in ((3, "<iframe"), (2, "at least 3 topics")):
        options = TopicOptions(topics=topics, passes=1, min_count=1, max_share=1)
        model = TopicModel.fit(words, options)
        shown = topic_map(Perspective(tiny_features(), topics=model, documents=words))
        assert said in shown.data


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

"""Clouds of words, and where their weights come from."""

from dataclasses import replace

import numpy as np
import pytest
from morning.features.documents import Documents
from morning.features.topics import TopicModel, TopicOptions
from morning.report.figures.clouds import cloud, labels, said, seen

MADE = {"labels": ["tabby, tabby cat", "hot_dog", "cup", "beach", "bar"], "objects": {"classes": 3}}


@pytest.fixture
def visual(tiny_features):
    vectors = np.full((10, 5), [1 / 3, 1 / 3, 1 / 3, 0.5, 0.5], np.float32)
    vectors[1] = [0.75, 0.25, 0, 0.5, 0.5]
    vectors[2] = [0.75, 0.25, 0, 0.9, 0.1]
    return tiny_features(blocks={"content_visual": vectors}, made={"content_visual": MADE})


def test_the_same_words_give_the_same_picture():
    weights = {"pizza": 3.0, "cake": 2.0, "bread": 1.0}
    first, second = cloud(weights), cloud(dict(reversed(weights.items())))
    assert first.mode == "RGBA"
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != cloud({"pizza": 1.0, "cake": 2.0, "bread": 3.0}).tobytes()
    assert np.asarray(first)[..., 3].any()


@pytest.mark.parametrize("weights", [{}, {"x": 0.0}, {" ": 1.0}, {"\ue123": 1.0}])
def test_no_word_no_picture(weights):
    assert cloud(weights) is None


def test_what_is_seen(visual):
    assert seen(visual, "content_visual", 2) == pytest.approx(
        {"tabby": 0.75, "hot dog": 0.25, "cup": 0, "beach": 0.9, "bar": 0.1}
    )
    assert set(seen(visual, "content_visual", 1)) == {"tabby", "hot dog", "cup"}
    assert seen(visual, "content_visual", 0) == "nothing is recognised in its pictures"


@pytest.mark.parametrize(
    "made", [{}, {"labels": "abcde"}, {"labels": ["a"]}, {"labels": 3}, "made by hand"]
)
def test_columns_without_names(visual, made):
    unnamed = replace(visual, made={"content_visual": made})
    assert labels(unnamed, "content_visual") is None
    assert "nothing says what the columns" in seen(unnamed, "content_visual", 2)


def test_labels_without_a_number_of_objects(visual):
    unsplit = replace(visual, made={"content_visual": {"labels": list("abcde"), "objects": 3}})
    assert set(seen(unsplit, "content_visual", 2)) == set("abcde")


def test_words_of_topics():
    words = Documents.of(["oven pizza bread", "wheel brake engine"] * 4)
    options = TopicOptions(topics=2, passes=2, min_count=1, max_share=1)
    model = TopicModel.fit(words, options)
    shares = np.array([0.75, 0.25])
    weights = said(model, shares)
    assert list(weights) == list(model.vocabulary)
    assert list(weights.values()) == pytest.approx(
        0.75 * model.topics()[0] + 0.25 * model.topics()[1]
    )
    assert "no caption has a word" in said(model, model.transform(Documents.of([""]))[0])

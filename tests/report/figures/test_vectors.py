"""Figures of vectors: what is drawn is what was given."""

import numpy as np
import pandas as pd
import pytest
from morning.features.separation import category_means
from morning.report.figures import vectors as figures
from toys.figures import DRAWN, MATHS, cells, dashed, figure_legend, heights, points, ticks, widths


@pytest.fixture
def features(tiny_features):
    features = tiny_features()
    features.accounts["category"] = features.accounts["category"].replace("auto", MATHS)
    return features


def test_topics_of_each_category(features):
    figure = figures.topics_by_category(features)
    figure.canvas.draw()
    axis = figure.axes[0]
    means = category_means(features, "content_topics").to_numpy()
    first = means.argmax(axis=0)
    shown = [int(number) - 1 for number in ticks(axis)]
    assert sorted(shown) == [0, 1, 2]
    assert first[shown].tolist() == sorted(first)
    np.testing.assert_allclose(cells(axis), means.T[shown])
    assert axis.collections[0].get_clim()[0] == 0
    np.testing.assert_allclose(means[1], features.blocks["content_topics"][[1, 3, 5]].mean(axis=0))
    assert ticks(axis, "x") == [DRAWN, "food"]


def test_topics_have_the_names_of_their_words(features):
    words = ["oven, pizza", MATHS, ""]
    names = ticks(figures.topics_by_category(features, words=words).axes[0])
    assert sorted(names) == sorted(["oven, pizza  1", f"{DRAWN}  2", "3"])


def test_purity_beside_chance():
    table = pd.DataFrame({"purity": [0.5, 0.25], "chance": 0.1}, index=["one", "two"])
    (axis,) = figures.neighbour_purity(table).axes
    assert (widths(axis), ticks(axis), dashed(axis)) == ([0.5, 0.25], ["one", "two"], [0.1])
    assert axis.get_xlim() == (0, 1)
    assert figures.neighbour_purity(table.iloc[:0]) is None


def test_largest_entries():
    vectors = {"one-hot": np.eye(3), "even": np.full((5, 4), 0.25)}
    above, below = figures.largest_entries(vectors).axes
    assert heights(above) == [0] * 39 + [3]
    assert heights(below) == [5 if i == 10 else 0 for i in range(40)]
    assert [above.get_title(), below.get_title()] == ["one-hot", "even"]


def test_frequent_classes_alone(tiny_features):
    shares = np.zeros((10, 6), np.float32)
    shares[:6:2] = [0.4, 0.3, 0.2, 0.1, 0, 0]  # auto
    shares[1:6:2] = [0, 0.3, 0.3, 0.3, 0.1, 0]  # food
    features = tiny_features(blocks={"content_visual": shares})
    labels = {0: MATHS, 1: "cup", 2: "dog", 3: "egg", 4: "fan", 5: "gem"}
    figure = figures.classes_by_category(features, "content_visual", labels)
    figure.canvas.draw()
    assert ticks(figure.axes[0]) == [DRAWN, "cup", "dog", "egg"]
    np.testing.assert_allclose(cells(figure.axes[0])[:, 0], [0.4, 0.3, 0.2, 0.1], rtol=1e-6)
    assert figures.classes_by_category(features, "content_visual", None) is None


@pytest.mark.parametrize("chosen", [3, None])
def test_the_choice_of_topics(chosen):
    table = pd.DataFrame({"topics": [2, 3], "log_perplexity": [-7.0, -6.5], "u_mass": [-1.0, -2.0]})
    fit, coherence = figures.topic_choice(table, chosen).axes
    assert points(fit) == [(2, -7), (3, -6.5)]
    assert points(coherence) == [(2, -1), (3, -2)]
    assert dashed(fit) == dashed(coherence) == ([3] if chosen else [])
    assert figures.topic_choice(None, chosen) is None


def test_similarities_a_panel_for_each_block():
    kinds = np.repeat(["partners", "random pairs"], 20)
    rng = np.random.default_rng(0)
    pairs = pd.DataFrame({"kind": kinds, **{b: rng.random(40) for b in "abc"}})
    pairs.loc[0, "b"] = -0.5  # attributes are no shares
    figure = figures.similarity(pairs)
    axes = figure.axes
    assert [axis.get_title() for axis in axes] == ["a", "b", "c", ""]
    assert [axis.axison for axis in axes] == [True, True, True, False]
    assert figure_legend(figure) == ["random pairs", "partners"]
    bars = [[patch.get_x() for patch in axis.patches] for axis in axes[:2]]
    assert [min(lefts) for lefts in bars] == pytest.approx([0, -0.5])
    assert all(max(lefts) < 1 for lefts in bars)
    assert all(sum(heights(axis, kind)) > 0 for axis in axes[:3] for kind in (0, 1))
    assert figures.similarity(pairs[["kind"]]) is None

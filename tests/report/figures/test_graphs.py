"""Figures of the attribute graph, on the ring."""

from dataclasses import replace

import numpy as np
import pandas as pd
from morning.attributes.cooccurrence import cooccurrence_graph
from morning.attributes.graph import AttributeGraph
from morning.report.figures import graphs as figures
from morning.report.figures.style import MARKED, OTHERS, literal
from scipy.sparse import csr_array
from toys.figures import DRAWN, MATHS, cells, heights, legend, ticks
from toys.graphs import NODES, reading

GRAPH = replace(reading(), names=(MATHS, *reading().names[1:]))


def test_an_attribute_and_its_heaviest_neighbours():
    figure = figures.neighbourhood(GRAPH, ["no such", MATHS, "n5"], top=2)
    figure.canvas.draw()
    (axis,) = figure.axes
    assert {text.get_text() for text in axis.texts} == {DRAWN, "n1", f"n{NODES - 1}"}
    assert [line.get_color() for line in axis.lines].count(MARKED) == 2
    whole = figures.neighbourhood(GRAPH, [], top=4).axes[0]
    assert len(whole.texts) == 5
    assert len(whole.lines) <= 20
    assert figures.neighbourhood(None, ["n1"]) is None


def test_at_most_twenty_edges_are_drawn():
    names = tuple(f"n{i}" for i in range(15))
    full = AttributeGraph(names, csr_array(1.0 - np.eye(15)))
    lines = figures.neighbourhood(full, ["n0"]).axes[0].lines
    assert [line.get_color() for line in lines] == [OTHERS] * 8 + [MARKED] * 12


def test_an_attribute_without_neighbours():
    alone = AttributeGraph(("a", "b"), csr_array((2, 2)))
    assert [text.get_text() for text in figures.neighbourhood(alone, ["b"]).axes[0].texts] == ["b"]


def test_the_strongest_attributes_beside_those_they_go_with():
    figure = figures.overview(GRAPH, {MATHS, "n3", "elsewhere"}, top=NODES)
    figure.canvas.draw()
    axis = figure.axes[0]
    assert set(ticks(axis, "x")) == {literal(name) for name in GRAPH.names}
    assert ticks(axis, "x") == ticks(axis)
    bold = {t.get_text() for t in axis.get_yticklabels() if t.get_fontweight() == "bold"}
    assert bold == {DRAWN, "n3"}
    shown = [GRAPH.index(name.replace(DRAWN, MATHS)) for name in ticks(axis)]
    assert np.array_equal(cells(axis), GRAPH.weights.toarray()[np.ix_(shown, shown)])
    assert len(ticks(figures.overview(GRAPH, set(), top=5).axes[0])) == 5
    assert figures.overview(None, {"n3"}) is None


def test_two_groups_are_two_blocks():
    weights = np.kron(np.eye(2), np.ones((3, 3)))[[0, 3, 1, 4, 2, 5]][:, [0, 3, 1, 4, 2, 5]]
    np.fill_diagonal(weights, 0)
    graph = AttributeGraph(tuple("axbycz"), csr_array(weights))
    names = "".join(ticks(figures.overview(graph, set()).axes[0]))
    assert {frozenset(names[:3]), frozenset(names[3:])} == {frozenset("abc"), frozenset("xyz")}


def test_a_graph_of_one_attribute():
    lonely = AttributeGraph(("a",), csr_array((1, 1)))
    assert ticks(figures.overview(lonely, set()).axes[0]) == ["a"]


def test_weights_under_each_reading():
    graphs = {"right": reading(), "damaged": reading(damaged=True)}
    (axis,) = figures.readings(graphs).axes
    bins = np.geomspace(0.6, 3 * 1.05, 30)
    light, heavy = np.digitize([1, 3], bins) - 1
    found = [(heights(axis, i)[light], heights(axis, i)[heavy]) for i in (0, 1)]
    assert found == [(NODES, NODES), (1.5 * NODES, 0.5 * NODES)]
    assert legend(axis) == ["right", "damaged"]
    assert axis.get_xscale() == axis.get_yscale() == "log"


def test_counts_stand_on_the_edges():
    traits = {"bakery": ["food", "cake"], "baker": ["cake", "mother"], "cook": ["mother"]}
    worked = pd.DataFrame({"brand_id": "bakery", "influencer_id": ["baker", "cook"]})
    (axis,) = figures.counted(cooccurrence_graph(traits, worked)).axes
    said = {text.get_text() for text in axis.texts}
    # food-cake: the bakery's own in both, and across once; cake-mother: the baker's, and across.
    assert {"food", "cake", "mother", "n = 3", "n = 2"} <= said

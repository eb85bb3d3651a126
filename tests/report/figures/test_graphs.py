"""Figures of the attribute graph, on the ring."""

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from morning.attributes.cooccurrence import cooccurrence_graph
from morning.report.figures import graphs as figures
from morning.report.figures.style import OURS, PAPER
from toys.figures import DRAWN, MATHS, dashed, heights, legend, ticks, widths
from toys.graphs import NODES, reading

GRAPH = replace(reading(), names=(MATHS, *reading().names[1:]))


def nodes(axis):
    """Return the colours of the drawn nodes, and the names written."""
    drawn = axis.collections[-1].get_facecolors()
    return [to_hex(colour) for colour in drawn], {text.get_text() for text in axis.texts}


def test_an_attribute_and_its_heaviest_neighbours():
    figure = figures.neighbourhood(GRAPH, ["no such", MATHS, "n5"], top=2)
    figure.canvas.draw()
    colours, names = nodes(figure.axes[0])
    assert (colours, names) == ([PAPER, OURS, OURS], {DRAWN, "n1", f"n{NODES - 1}"})
    colours, names = nodes(figures.neighbourhood(GRAPH, [], top=4).axes[0])
    assert (len(colours), DRAWN in names) == (5, True)
    assert figures.neighbourhood(None, ["n1"]) is None


def test_an_overview_names_what_is_highlighted():
    figure = figures.overview(GRAPH, {MATHS, "n3", "elsewhere"})
    figure.canvas.draw()
    colours, names = nodes(figure.axes[0])
    assert (len(colours), colours.count(PAPER), names) == (NODES, 2, {DRAWN, "n3"})
    assert len(nodes(figures.overview(GRAPH, set(), nodes=5).axes[0])[0]) <= 5
    assert figures.overview(None, {"n3"}) is None


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


def test_agreement_beside_chance():
    table = pd.DataFrame({"agreement": [0.2, 0.6], "chance": 0.05}, index=["a", "b"])
    (axis,) = figures.agreements(table).axes
    assert (widths(axis), ticks(axis), dashed(axis)) == ([0.2, 0.6], ["a", "b"], [0.05])
    assert axis.get_xlabel() == "share of common nearest neighbours"

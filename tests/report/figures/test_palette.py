"""A colour means one thing in the whole book: figures take theirs from the palette."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from morning.evaluation import METRICS
from morning.evaluation.significance import MeanRanks
from morning.report.figures import (
    audit,
    data,
    front,
    gap,
    graphs,
    recommend,
    results,
    style,
    vectors,
)
from morning.report.figures.reading import drawn_metrics
from toys.evidence import evidence_row, found
from toys.graphs import reading
from toys.rows import row

PALETTE = {style.OURS, style.PAPER, style.PARTNERS, style.TRAINING, style.TEST, style.MARKED}
PALETTE |= set(style.PART_COLOURS.values())
PALETTE |= {line["color"] for line in style.LINES}
SCORES = np.linspace(0, 1, 100).reshape(4, 25)
TOPICS = {"topics": [2, 3], "log_perplexity": [-7.0, -6.5], "u_mass": [-1.0, -2.0]}
HISTORY = [{"epoch": 1, "data": 1.0, "near_zero": 0.1, "validation": {"auc": 0.5}}]
PURITY = pd.DataFrame({"purity": [0.5], "chance": 0.1}, index=["one"])
KINDS = pd.DataFrame({"kind": ["partners", "random pairs"], "a": [0.5, 0.25]})
TIES = pd.DataFrame({m: [0.1, 0.2] for m in METRICS}, index=["1", "all"])
RANKING = pd.DataFrame({"influencer_id": ["a"], "rank": [1], "score": [0.5]})
RANKING = RANKING.assign(f=1.0, g=0.5, h=-0.5, popularity=-0.5)
ENDS = {metric: [0.4, 0.6] for metric in METRICS}
WHOLE = row("a", **dict.fromkeys(METRICS, 0.5), ci95=ENDS, paper=dict.fromkeys(METRICS, 0.55))

DRAWN = {
    "positives": lambda features: data.positives_per_brand(features),
    "shared": lambda features: data.partners_across_categories(features),
    "headline": lambda _: front.headline([WHOLE | {"method": method} for method in front.SHOWN]),
    "recipes": lambda _: gap.recipes([evidence_row("a", 0.7)], {"printed": 0.9, "other": 0.8}),
    "steps": lambda _: gap.over_steps({"whole": found()["code_whole"][0]}, {"printed": 0.9}),
    "ego": lambda _: graphs.neighbourhood(reading(), ["n1"]),
    "overview": lambda _: graphs.overview(reading(), {"n1"}),
    "readings": lambda _: graphs.readings({"right": reading(), "loader": reading(damaged=True)}),
    "curves": lambda _: results.training_curves(
        [{"seed": seed, "epoch": 1, "history": HISTORY} for seed in range(6)]
    ),
    "metrics": lambda _: drawn_metrics([1, 4, 12], [1, 2, 4, 5, 9, 12], 12),
    "parts": lambda _: recommend.parts_of_scores(RANKING, {"a"}, {}),
    "scores": lambda _: results.score_distributions({"F": SCORES}, SCORES > 0.5),
    "intervals": lambda _: results.intervals({"rows": [WHOLE, WHOLE]}),
    "ranks": lambda _: results.critical_difference(
        MeanRanks("map", 9, {"a": 1.0, "b": 2.5, "c": 2.6}, 0.01, 0.75, (("b", "c"),))
    ),
    "topics": lambda features: vectors.topics_by_category(features),
    "purity": lambda _: vectors.neighbour_purity(PURITY),
    "largest": lambda _: vectors.largest_entries({"one": np.eye(3), "two": np.eye(4)}),
    "choice": lambda _: vectors.topic_choice(pd.DataFrame(TOPICS), 3),
    "similarity": lambda _: vectors.similarity(KINDS),
    "chance": lambda _: audit.chance(TIES, dict.fromkeys(METRICS, 0.1)),
    "ties": lambda _: audit.ties(TIES),
    "sensitivity": lambda _: audit.sensitivity(
        [row("as given", validation={"auc": 0.75})], {"validation": 0.1, "test": 0.1}
    ),
}


def colours(figure):
    """Return the colours of everything that is drawn, as hexadecimal numbers."""
    found = set()
    for artist in figure.findobj():
        if isinstance(artist, Line2D | Text):
            found.add(to_hex(artist.get_color()))
        elif isinstance(artist, PathCollection):
            found |= {to_hex(colour) for colour in artist.get_facecolor()}
        elif isinstance(artist, Patch) and artist.get_facecolor()[3] > 0:
            found.add(to_hex(artist.get_facecolor()))
    return found


def is_grey(colour):
    return colour[1:3] == colour[3:5] == colour[5:7]


@pytest.mark.parametrize("name", DRAWN)
def test_colours_are_those_of_the_palette(name, tiny_features):
    figure = DRAWN[name](tiny_features())
    figure.canvas.draw()
    assert {colour for colour in colours(figure) if not is_grey(colour)} <= PALETTE
    for mesh in figure.findobj(QuadMesh):
        ends = [to_hex(colour) for colour in mesh.get_cmap()([0.0, 1.0])]
        assert mesh.get_cmap() is style.SHADES or all(is_grey(end) for end in ends)
    assert figure.get_size_inches()[0] == style.canvas(1)[0].get_size_inches()[0]


def test_what_says_no_colour_gets_no_new_one():
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == [style.OURS]


def test_colours_are_all_different():
    named = [style.OURS, style.PAPER, style.PARTNERS, style.OTHERS, style.TRAINING]
    named += [style.TEST, style.MARKED]
    assert len(set(named)) == len(named)
    assert to_hex(style.SHADES(0.0)) == "#ffffff"

"""Figures of trainings and results, on rows and histories written by hand."""

import numpy as np
import pytest
from morning.evaluation.significance import MeanRanks
from morning.report.figures import results as figures
from morning.report.figures.style import OTHERS
from toys.figures import DRAWN, MATHS, dashed, figure_legend, heights, legend, points, ticks
from toys.rows import row


def model(seed, epoch, **validation):
    """Return what a figure reads of a training of three epochs."""
    history = [
        {"epoch": i + 1, "data": 3.0 - i, "near_zero": i / 10}
        | {key: values[i] for key, values in validation.items()}
        for i in range(3)
    ]
    return {"seed": seed, "epoch": epoch, "history": history}


def test_curves_of_every_seed():
    aucs = [{"auc": value} for value in (0.5, 0.75, 0.25)]
    models = [model(4, 2, validation=aucs), model(5, 1, validation=[{"auc": None}] * 3)]
    loss, norm, auc = figures.training_curves(models).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [[3, 2, 1]] * 2
    assert norm.lines[0].get_ydata().tolist() == [0, 0.1, 0.2]
    assert points(auc)[0] == (2, 0.75)
    assert np.isnan(points(auc)[1][1])
    assert legend(loss) == ["seed 4", "seed 5"]
    assert auc.get_ylabel() == "AUC on\nvalidation brands"
    assert norm.get_title("right") == "at the end 0.200"
    assert not figures.training_curves([model(0, 3)]).axes[2].lines


@pytest.mark.parametrize("names", [["F"], ["f", "g", "F"]])
def test_scores_of_partners_and_of_others(names):
    scores = np.linspace(0, 1, 100).reshape(4, 25)
    figure = figures.score_distributions(dict.fromkeys(names, scores), scores > 0.5)
    axes = figure.axes
    assert [axis.get_title() for axis in axes] == [
        "content, f", "audience, g", "attributes, h", "sum, F",
    ]  # fmt: skip
    missing = [text.get_text() for axis in axes for text in axis.texts]
    assert "no attributes in these data" in missing
    assert len(missing) == 4 - len(names)
    others, partners = (np.array(heights(axes[-1], i)) for i in (0, 1))
    assert others[:25].all()
    assert not others[26:].any()
    assert partners[26:].all()
    assert not partners[:24].any()
    assert figure_legend(figure) == ["other candidates", "partners"]


def test_intervals_beside_the_paper():
    rows = [
        row(MATHS),
        row("needy", needs="needs posts"),
        row("mine", paper=None, auc=0.3, ci95={"auc": [0.2, 0.4], "medr": [1.0, 3.0]}),
        row("unmeasured", auc=None, ci95={"auc": None, "medr": [1.0, 3.0]}),
    ]
    figure = figures.intervals({"rows": rows}, ["medr", "auc"])
    figure.canvas.draw()
    medr, auc = figure.axes
    assert (medr.get_title(), auc.get_title()) == ("MedR", "AUC")
    assert ticks(medr) == ["unmeasured", "mine", DRAWN]
    assert (points(auc), points(auc, "x")) == ([(0.3, 1), (0.5, 2)], [(0.884, 2)])
    spans = [line.get_xydata().tolist() for line in auc.lines if line.get_linewidth() == 2]
    assert spans == [[[0.2, 1], [0.4, 1]], [[0.4, 2], [0.612, 2]]]
    assert figure_legend(figure) == ["ours", "paper"]
    assert (dashed(auc), dashed(medr)) == ([0.5], [])
    alone = figures.intervals({"rows": rows[2:]}, ["auc"])
    assert not alone.legends


def test_ranks_and_what_does_not_differ():
    ranks = {"b": 2.5, MATHS: 1.0, "c": 2.6}
    cliques = ((MATHS,), ("b", "c"))
    found = MeanRanks("map", 9, ranks, 0.01, 0.75, cliques)
    figure = figures.critical_difference(found)
    figure.canvas.draw()
    (axis,) = figure.axes
    stems = {line.get_xdata()[0]: line.get_xydata()[-1] for line in axis.lines[:3]}
    places = {text.get_text(): text.xy for text in axis.texts}
    assert list(places) == [DRAWN, "b", "c"]
    assert [tuple(stems[rank]) for rank in (1, 2.5, 2.6)] == list(places.values())
    assert [x for x, _ in places.values()] == [1, 1, 3]  # the better half is named on the left
    (bar,) = [line for line in axis.lines if line.get_color() == OTHERS]
    low, high = bar.get_xdata()
    assert 1 < low < 2.5 < 2.6 < high < 3
    assert axis.get_title() == (
        "Mean rank by average precision over 9 brands (1 is best);\n"
        "ranks more than 0.75 apart differ"
    )


def test_names_of_ranks_cross_no_line():
    names = [f"method {i}" for i in range(7)]
    ranks = dict(zip(names, np.linspace(1.5, 6.5, 7), strict=True))
    axis = figures.critical_difference(MeanRanks("auc", 9, ranks, 0.01, 0.75, ())).axes[0]
    stems = [line.get_xydata() for line in axis.lines]
    for line in stems:
        (x, y), (end, _) = line[1], line[2]
        low, high = sorted((x, end))
        for other in stems:
            if other is not line and low <= other[0, 0] <= high:
                assert other[1, 1] > y

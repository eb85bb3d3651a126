"""Figures of trainings and results, on rows and histories written by hand."""

import numpy as np
import pytest
from morning.evaluation.significance import MeanRanks
from morning.report.figures import results as figures
from toys.figures import DRAWN, MATHS, heights, legend, points, ticks
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
    assert auc.get_ylabel() == "AUC on validation brands"
    assert not figures.training_curves([model(0, 3)]).axes[2].lines


@pytest.mark.parametrize("names", [["f"], ["f", "g", "F"]])
def test_scores_of_partners_and_of_others(names):
    scores = np.linspace(0, 1, 100).reshape(4, 25)
    axes = figures.score_distributions(dict.fromkeys(names, scores), scores > 0.5).axes
    assert [axis.get_title() for axis in axes] == names
    others, partners = (np.array(heights(axes[-1], i)) for i in (0, 1))
    assert others[:25].all()
    assert not others[26:].any()
    assert partners[26:].all()
    assert not partners[:24].any()
    assert legend(axes[0]) == ["other candidates", "partners"]


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
    spans = [line.get_xydata().tolist() for line in auc.lines if line.get_marker() == "None"]
    assert spans == [[[0.2, 1], [0.4, 1]], [[0.4, 2], [0.612, 2]]]
    assert legend(auc) == ["ours", "paper"]


def test_ranks_and_what_does_not_differ():
    ranks = {"b": 2.5, MATHS: 1.0, "c": 2.6}
    cliques = ((MATHS,), ("b", "c"))
    found = MeanRanks("map", 9, ranks, 0.01, 0.75, cliques)
    figure = figures.critical_difference(found)
    figure.canvas.draw()
    (axis,) = figure.axes
    assert points(axis) == [(1, 0), (2.5, -1), (2.6, -2)]
    assert sorted(ticks(axis)) == sorted([DRAWN, "b", "c"])
    bars = [list(line.get_ydata()) for line in axis.lines if line.get_color() == "grey"]
    assert bars == [[-2.2, -0.8]]
    assert axis.get_xlabel().endswith("over 9 brands (1 is best); critical difference 0.75")

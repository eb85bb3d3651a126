"""Figures of the audit: each draws what it is given, and leaves out what could not be measured."""

import numpy as np
import pandas as pd
import pytest
from morning.evaluation import METRICS, official_task, result_row
from morning.report.figures import audit as figures
from morning.studies.audit.arithmetic import quantised
from morning.studies.trained import statistics
from toys.figures import DRAWN, MATHS, dashed, legend, points, ticks
from toys.rows import row


def test_points_and_crosses(board, watched):
    on = official_task(board)
    row = result_row("ours <&>", statistics(watched, board, on))
    unknown = row | {"method": "unknown", "cauc": None}
    paper = {"auc": 0.95, "cauc": 0.7}
    low = row | {"method": "low", "auc": row["auc"] - 0.1}
    auc, cauc = figures.category_recovery([low, unknown, row | {"paper": paper}]).axes
    assert ticks(auc) == ["low", "ours <&>"]
    assert points(auc) == [(low["auc"], 0), (row["auc"], 1)]
    assert points(cauc) == [(row["cauc"], 0), (row["cauc"], 1)]
    assert (points(auc, "x"), points(cauc, "x")) == ([(0.95, 1)], [(0.7, 1)])
    assert (dashed(auc), dashed(cauc)) == ([0.5], [0.5])


def test_a_methods_name_is_no_mathematics():
    known = row(MATHS, cauc=0.5, ci95={"auc": [0.4, 0.6], "cauc": [0.4, 0.6]}, paper=None)
    figure = figures.category_recovery([known])
    figure.canvas.draw()
    assert ticks(figure.axes[0]) == [DRAWN]


def test_epochs_mark_the_chosen_one_and_the_best(watched):
    left, right = figures.epochs(watched).axes
    dots = [line for line in left.lines if line.get_marker() == "o"]
    assert [int(dot.get_xdata()[0]) for dot in dots] == [model.epoch for model in watched]
    best = [line for line in right.lines if line.get_marker() == "^"]
    for triangle, model in zip(best, watched, strict=True):
        aucs = [entry["watched"]["auc"] for entry in model.history]
        assert triangle.get_ydata()[0] == max(aucs)


def test_ties_and_chance(board, watched):
    on = official_task(board)
    scores = [model.score(board, on)["F"] for model in watched]
    left, right = figures.ties(quantised(scores, on, levels=(1, 2))).axes
    assert left.lines[1].get_ydata()[0] == 0
    assert len(right.lines) == 3
    rng = np.random.default_rng(0)
    draws = pd.DataFrame(rng.random((30, len(METRICS))), columns=list(METRICS))
    *marked, rest = figures.chance(draws, dict.fromkeys(METRICS, 0.25)).axes
    assert legend(rest) == ["paper"]
    assert [axis.lines[0].get_xdata()[0] for axis in marked] == [0.25] * 5
    assert not any(axis.lines for axis in figures.chance(draws).axes)


@pytest.mark.parametrize("noise", [0.02, None, np.nan])
def test_variants_beside_what_another_seed_gives(noise):
    rows = [row("as given", validation={"auc": 0.75}), row("l1 0", auc=0.625, validation=None)]
    validation, test = figures.sensitivity(rows, {"validation": None, "test": noise}).axes
    assert ticks(validation) == ["l1 0", "as given"]
    assert points(test) == [(0.625, 0), (0.5, 1)]
    assert points(validation)[1] == (0.75, 1)
    assert np.isnan(points(validation)[0][0])
    assert (dashed(validation), dashed(test)) == ([0.75], [0.5])
    bands = [(b.get_x(), b.get_x() + b.get_width()) for b in test.patches]
    assert bands == ([pytest.approx((0.48, 0.52))] if noise == 0.02 else [])
    assert not validation.patches

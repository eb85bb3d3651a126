"""Figures of the gap, on rows whose numbers are known."""

from morning.report.figures import gap as figures
from toys.evidence import evidence_row, found
from toys.figures import figure_legend


def test_recipes_by_validation_with_what_to_compare():
    rows = [evidence_row("a$", 0.7), evidence_row("b", 0.8, sd=None)]
    (axis,) = figures.recipes(rows, {"printed": 0.88}).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == [r"a\$", "b"]
    assert figure_legend(axis.figure) == ["printed"]


def test_steps_are_those_of_the_training():
    left, right = figures.over_steps({"whole": found()["code_whole"][0]}, {"printed": 0.88}).axes
    assert left.lines[0].get_xdata().tolist() == [10, 20]
    assert left.lines[0].get_ydata().tolist() == [0.82, 0.82]
    assert figure_legend(left.figure) == ["whole, 1 seed", "printed"]
    assert len(right.lines) == 1


def test_nothing_to_draw():
    assert figures.recipes([], {}) is None
    assert figures.over_steps({}, {}) is None

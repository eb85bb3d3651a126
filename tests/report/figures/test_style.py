"""How figures look."""

import matplotlib.pyplot as plt
from morning.report.figures.style import canvas, literal
from toys.figures import MATHS


def test_a_figure_of_its_size_that_pyplot_does_not_keep():
    figure, axes = canvas(6, 3, columns=2, rows=3)
    assert figure.get_size_inches().tolist() == [6, 3]
    assert axes.shape == (3, 2)
    assert plt.get_fignums() == []


def test_text_is_drawn_as_it_is():
    figure, axis = canvas(3, 2)
    shown = axis.set_title(literal(MATHS))
    figure.canvas.draw()
    assert shown._preprocess_math(shown.get_text()) == (MATHS, False)
    assert literal(3) == "3"

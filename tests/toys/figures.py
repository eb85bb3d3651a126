"""What a drawn figure shows, read back."""

from matplotlib.cbook import is_math_text
from morning.report.figures.style import literal

#: A name from user data that matplotlib would set as mathematics, and how it is to be drawn.
MATHS = "$x_1$ & $y$"
DRAWN = literal(MATHS)
assert (is_math_text(MATHS), is_math_text(DRAWN)) == (True, False)


def widths(axis):
    """Return the widths of horizontal bars."""
    return [bar.get_width() for bar in axis.patches]


def heights(axis, bars=0):
    """Return the heights of a histogram, or of the one so many histograms later."""
    return [patch.get_height() for patch in axis.containers[bars].patches]


def points(axis, marker="o"):
    """Return the points of every line with a marker, in the order of drawing."""
    lines = (line for line in axis.lines if line.get_marker() == marker)
    return [tuple(map(float, point)) for line in lines for point in line.get_xydata()]


def dashed(axis):
    """Return where dashed vertical lines stand."""
    return [line.get_xdata()[0] for line in axis.lines if line.get_linestyle() == "--"]


def ticks(axis, side="y"):
    return [label.get_text() for label in getattr(axis, f"get_{side}ticklabels")()]


def legend(axis):
    return [text.get_text() for text in axis.get_legend().get_texts()]


def figure_legend(figure):
    """Return what stands in the legend above the panels."""
    (found,) = figure.legends
    return [text.get_text() for text in found.get_texts()]


def cells(axis):
    """Return the numbers behind a heat map."""
    return axis.collections[0].get_array()

"""How figures look."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

OURS, PAPER, THIRD = "#1f6f8b", "#d1495b", "#edae49"
_STYLE = {"axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110}


def literal(text: object) -> str:
    """Return text that matplotlib shows as it is: a name from user data is no mathematics."""
    return str(text).replace("$", r"\$")


def canvas(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Any]:
    """Return a figure and its axes, `width` by `height` inches, that pyplot does not keep."""
    with sns.axes_style("ticks", _STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    plt.close(figure)  # the notebook shows what a cell returns; nothing is shown twice
    return figure, axes

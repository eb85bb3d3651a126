"""How figures look, and how they are saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from morning.files import whole_file

OURS, PAPER, THIRD = "#1f6f8b", "#d1495b", "#edae49"
_STYLE = {"axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110}


def save(figure: Figure, path: str | Path) -> Figure:
    """Write a figure as PNG, whole or not at all, and return it."""
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150, bbox_inches="tight")
    return figure


def canvas(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Any]:
    """Return a figure and its axes, `width` by `height` inches, that pyplot does not keep."""
    with sns.axes_style("ticks", _STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    plt.close(figure)  # the notebook shows what a cell returns; nothing is shown twice
    return figure, axes

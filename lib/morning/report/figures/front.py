"""The figure of the first page: who reaches what on the real benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from morning.report.figures.style import OTHERS, OURS, PAPER, SMALL, canvas
from morning.report.headings import HEADINGS

#: Method -> how it is called there, from the top.
SHOWN = {
    "category-oracle": "told the categories\n(oracle)",
    "MORNING-best": "MORNING-best,\nrecommended",
    "similarity": "similarity, weights per block",
    "MORNING": "MORNING as printed",
    "RAND": "chance",
}


def headline(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Show AUC and cAUC of the methods in `SHOWN` with their intervals, and the paper's MORNING."""
    found = {row["method"]: row for row in rows}
    figure, axes = canvas(3.2, columns=2)
    places = range(len(SHOWN))[::-1]
    for axis, metric in zip(axes, ("auc", "cauc"), strict=True):
        for y, method in zip(places, SHOWN, strict=True):
            row = found[method]
            axis.plot(row["ci95"][metric], [y, y], color=OURS, linewidth=2)
            _point(axis, row[metric], y, "o", OURS, "recomputed" if y == 0 else None)
            if method == "MORNING":
                _point(axis, row["paper"][metric], y, "x", PAPER, "printed in the paper")
        axis.axvline(0.5, color=OTHERS, linewidth=0.8, linestyle="--")
        axis.set(xlabel=HEADINGS[metric], yticks=places, ylim=(-0.5, len(SHOWN) - 0.3))
        axis.set_yticklabels(SHOWN.values() if metric == "auc" else [])
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside upper center", ncols=2)
    return figure


def _point(axis: Axes, x: float, y: int, marker: str, colour: str, label: str | None) -> None:
    """Draw a point with its value above it, below a cross: the two can be near each other."""
    axis.plot(x, y, marker, color=colour, label=label)
    ink, rise = (colour, -14) if marker == "x" else (None, 5)
    style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": SMALL}
    axis.annotate(f"{x:.3f}", (x, y), (0, rise), color=ink, **style)

"""Figures on why a reproduction falls short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from morning.errors import counted
from morning.report.figures.style import OURS, PAPER, THIRD, canvas, literal

#: Of lines to compare with.
_COLOURS = (PAPER, THIRD, "grey", "#8a64b5")

Row = Mapping[str, Any]


def recipes(rows: Sequence[Row], lines: Mapping[str, float]) -> Figure | None:
    """Show test AUC of every recipe, in the order of validation AUC, with its seeds' spread.

    Parameters
    ----------
    rows : sequence of result rows
    lines : mapping of name to AUC
        What to compare with.
    """
    if not rows:
        return None
    ranked = sorted(rows, key=lambda row: row["validation"]["auc"])
    figure, axis = canvas(8, 0.3 * len(ranked) + 1.4)
    for y, row in enumerate(ranked):
        spread = row["sd"]["auc"] or 0
        axis.errorbar(row["auc"], y, xerr=spread, fmt="o", color=OURS, capsize=2)
    names = [literal(row["method"]) for row in ranked]
    axis.set(yticks=range(len(names)), yticklabels=names, xlabel="AUC of test brands")
    _lines(axis.axvline, lines)
    axis.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def over_steps(curves: Mapping[str, Row], lines: Mapping[str, float]) -> Figure | None:
    """Show test AUC and MAP of trainings over their steps, mean over seeds.

    Parameters
    ----------
    curves : mapping of name to row
        With `curve` and `steps`, from `studies.recipes.trained_row`.
    lines : mapping of name to AUC
        What to compare with.
    """
    if not curves:
        return None
    figure, (left, right) = canvas(11, 3.6, columns=2)
    for name, row in curves.items():
        steps = row["steps"] * np.arange(1, len(row["curve"]) + 1)
        for axis, metric in ((left, "auc"), (right, "map")):
            values = [metrics[metric] for metrics in row["curve"]]
            axis.plot(steps, values, label=literal(f"{name}, {counted(row['seeds'], 'seed')}"))
    _lines(left.axhline, lines)
    left.set(xscale="log", xlabel="steps", ylabel="AUC of test brands")
    right.set(xscale="log", xlabel="steps", ylabel="MAP of test brands")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=9, loc="outside right center")
    return figure


def _lines(draw: Any, lines: Mapping[str, float]) -> None:
    for (name, value), colour in zip(lines.items(), cycle(_COLOURS)):
        draw(value, color=colour, linestyle="--", linewidth=1, label=literal(name))

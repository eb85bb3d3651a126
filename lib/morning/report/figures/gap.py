"""Figures on why a reproduction falls short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from morning.errors import counted
from morning.report.figures.style import LINES, OTHERS, OURS, PAPER, canvas, literal

Row = Mapping[str, Any]


def recipes(rows: Sequence[Row], lines: Mapping[str, float]) -> Figure | None:
    """Show test AUC of every recipe, in the order of validation AUC, with its seeds' spread.

    Parameters
    ----------
    rows : sequence of result rows
    lines : mapping of name to AUC
        What to compare with; what the authors printed has that word in its name.
    """
    if not rows:
        return None
    ranked = sorted(rows, key=lambda row: row["validation"]["auc"])
    figure, axis = canvas(0.28 * len(ranked) + 1.6)
    for y, row in enumerate(ranked):
        spread = row["sd"]["auc"] or 0
        axis.errorbar(row["auc"], y, xerr=spread, fmt="o", color=OURS, capsize=2)
    names = [literal(row["method"]) for row in ranked]
    axis.set(yticks=range(len(names)), yticklabels=names, xlabel="AUC of test brands")
    for value, style in _compared(lines):
        axis.axvline(value, **style)
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def over_steps(curves: Mapping[str, Row], lines: Mapping[str, float]) -> Figure | None:
    """Show test AUC and MAP of trainings over their steps, mean over seeds.

    Parameters
    ----------
    curves : mapping of name to row
        With `curve` and `steps`, from `studies.recipes.trained_row`.
    lines : mapping of name to AUC
        As in `recipes`.
    """
    if not curves:
        return None
    figure, (above, below) = canvas(6.4, rows=2)
    for (name, row), style in zip(curves.items(), cycle(LINES)):
        steps = row["steps"] * np.arange(1, len(row["curve"]) + 1)
        for axis, metric in ((above, "auc"), (below, "map")):
            values = [metrics[metric] for metrics in row["curve"]]
            label = literal(f"{name}, {counted(row['seeds'], 'seed')}")
            axis.plot(steps, values, label=label, **style)
    for value, style in _compared(lines):
        above.axhline(value, **style)
    above.set(xscale="log", xlabel="steps", ylabel="AUC of test brands")
    below.set(xscale="log", xlabel="steps", ylabel="MAP of test brands")
    figure.legend(*above.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def _compared(lines: Mapping[str, float]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield where lines to compare with stand, and how they look."""
    for (name, value), dashes in zip(lines.items(), cycle(("--", ":", "-.", (0, (8, 2))))):
        colour = PAPER if "printed" in name else OTHERS
        yield value, {"color": colour, "linestyle": dashes, "label": literal(name)}

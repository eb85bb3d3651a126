"""Figures of trainings and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from morning.evaluation.significance import MeanRanks
from morning.report.figures.style import OURS, PAPER, canvas, literal
from morning.report.headings import HEADINGS


def training_curves(curves: Sequence[Mapping[str, Any]]) -> Figure:
    """Show loss, L1 norm and validation AUC of every seed; a dot marks the chosen epoch.

    Parameters
    ----------
    curves : sequence of mapping
        As `TrainedModel.curve` has them.
    """
    figure, (loss, norm, auc) = canvas(11, 3.2, columns=3)
    for curve in curves:
        history = pd.DataFrame(curve["history"])
        label = f"seed {curve['seed']}"
        loss.plot(history["epoch"], history["data"], label=label)
        norm.plot(history["epoch"], history["near_zero"])
        if "validation" in history:
            values = history["validation"].map(lambda metrics: metrics["auc"]).astype(float)
            (line,) = auc.plot(history["epoch"], values)
            auc.plot(curve["epoch"], values[curve["epoch"] - 1], "o", color=line.get_color())
    loss.set(xlabel="epoch", ylabel="loss without L1")
    norm.set(xlabel="epoch", ylabel="share of weights below 0.01", ylim=(0, 1.02))
    auc.set(xlabel="epoch", ylabel="AUC on validation brands")
    loss.legend(frameon=False)
    return figure


def score_distributions(scores: Mapping[str, np.ndarray], positives: np.ndarray) -> Figure:
    """Show each sub-score of partners and of other candidates."""
    figure, axes = canvas(3.4 * len(scores), 2.8, columns=len(scores))
    for axis, (name, matrix) in zip(np.atleast_1d(axes), scores.items(), strict=True):
        low, high = np.quantile(matrix, [0.001, 0.999])
        bins = np.linspace(low, high, 50)
        style = {"bins": bins, "density": True, "alpha": 0.6}
        axis.hist(matrix[~positives], color="grey", label="other candidates", **style)
        axis.hist(matrix[positives], color=OURS, label="partners", **style)
        axis.set(title=name, yticks=[])
    np.atleast_1d(axes)[0].legend(frameon=False)
    return figure


def intervals(
    document: Mapping[str, Any], metrics: Sequence[str] = ("auc", "cauc", "map")
) -> Figure:
    """Show each row's interval over brands, with the paper's number as a cross."""
    rows = [row for row in document["rows"] if not row.get("needs")][::-1]
    names = [literal(row["method"]) for row in rows]
    figure, axes = canvas(3.6 * len(metrics), 0.34 * len(rows) + 1.2, columns=len(metrics))
    for axis, metric in zip(np.atleast_1d(axes), metrics, strict=True):
        for y, row in enumerate(rows):
            if row[metric] is None:
                continue
            if interval := row["ci95"][metric]:
                axis.plot(interval, [y, y], color=OURS, linewidth=2)
            _mark(axis, row[metric], y, "o", OURS, "ours")
            if row.get("paper"):
                _mark(axis, row["paper"][metric], y, "x", PAPER, "paper")
        axis.set(title=HEADINGS[metric], yticks=range(len(names)), yticklabels=names)
        if axis is not np.atleast_1d(axes)[0]:
            axis.set_yticklabels([])
    np.atleast_1d(axes)[-1].legend(frameon=False, loc="best")
    return figure


def _mark(axis: Axes, x: float, y: float, marker: str, colour: str, label: str) -> None:
    """Draw a point; the first of its kind goes into the legend."""
    known = axis.get_legend_handles_labels()[1]
    axis.plot(x, y, marker, color=colour, label=None if label in known else label)


def critical_difference(ranked: MeanRanks) -> Figure:
    """Show mean ranks over brands; a bar joins methods whose ranks are not shown to differ."""
    names = sorted(ranked.ranks, key=ranked.ranks.__getitem__)
    figure, axis = canvas(8, 0.3 * len(names) + 0.9)
    height = {name: -i for i, name in enumerate(names)}
    axis.plot([ranked.ranks[n] for n in names], list(height.values()), "o", color=OURS)
    for i, clique in enumerate(ranked.cliques):
        if len(clique) > 1:
            x = len(names) + 0.6 + 0.25 * i
            ends = [height[name] for name in clique]
            axis.plot([x, x], [min(ends) - 0.2, max(ends) + 0.2], color="grey", linewidth=3)
    axis.set(
        yticks=list(height.values()),
        yticklabels=[literal(name) for name in names],
        xlabel=f"mean rank by {ranked.metric} over {ranked.brands} brands (1 is best); "
        f"critical difference {ranked.critical_difference:.2f}",
    )
    return figure

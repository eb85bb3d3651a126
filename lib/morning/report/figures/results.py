"""Figures of trainings and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from morning.evaluation.significance import MeanRanks
from morning.report.figures.style import (
    LINES,
    OTHERS,
    OURS,
    PAPER,
    PARTNERS,
    SMALL,
    canvas,
    literal,
)
from morning.report.headings import HEADINGS, SUB_SCORES

#: What the parts of a score are about, and what they add up to.
_PARTS = SUB_SCORES | {"F": "sum"}
#: What a metric measures within one brand, where that has a name of its own.
_WITHIN = {"map": "average precision", "mrr": "reciprocal rank", "medr": "rank of the first"}


def training_curves(curves: Sequence[Mapping[str, Any]]) -> Figure:
    """Show loss, L1 norm and validation AUC of every seed; a dot marks the chosen epoch.

    Parameters
    ----------
    curves : sequence of mapping
        As `TrainedModel.curve` has them.
    """
    figure, (loss, norm, auc) = canvas(6.6, rows=3)
    shares = []
    for curve, style in zip(curves, cycle(LINES)):
        history = pd.DataFrame(curve["history"])
        label = f"seed {curve['seed']}"
        loss.plot(history["epoch"], history["data"], label=label, **style)
        norm.plot(history["epoch"], history["near_zero"], **style)
        shares.append(history["near_zero"].iloc[-1])
        if "validation" in history:
            values = history["validation"].map(lambda metrics: metrics["auc"]).astype(float)
            auc.plot(history["epoch"], values, **style)
            auc.plot(curve["epoch"], values[curve["epoch"] - 1], "o", color=style["color"])
    loss.set(ylabel="loss without L1")
    norm.set(ylabel="share of weights\nbelow 0.01", ylim=(0, 1.05))
    norm.set_title(f"at the end {_range(shares)}", loc="right", y=0.02, fontsize=SMALL)
    auc.set(xlabel="epoch", ylabel="AUC on\nvalidation brands")
    for axis in (loss, norm, auc):
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.align_ylabels()
    loss.legend()
    return figure


def _range(values: Sequence[float]) -> str:
    """Return the smallest and the largest of some values; one, where they are the same."""
    return " to ".join(dict.fromkeys(f"{value:.3f}" for value in (min(values), max(values))))


def score_distributions(scores: Mapping[str, np.ndarray], positives: np.ndarray) -> Figure:
    """Show the sub-scores and their sum, of partners and of other candidates.

    Parameters
    ----------
    scores : mapping of name to float array, shape (brands, influencers)
        `f`, `g`, `h` and `F`; a panel says of a missing one that it has no data.
    positives : bool array, shape (brands, influencers)
    """
    figure, axes = canvas(4.8, columns=2, rows=2)
    for axis, (name, part) in zip(np.ravel(axes), _PARTS.items(), strict=True):
        axis.set(title=f"{part}, {name}", yticks=[])
        if name not in scores:
            axis.set_axis_off()
            axis.text(0.5, 0.5, f"no {part} in these data", ha="center", transform=axis.transAxes)
            continue
        low, high = np.quantile(scores[name], [0.001, 0.999])
        style = {"bins": np.linspace(low, high, 50), "density": True, "alpha": 0.6}
        axis.hist(scores[name][~positives], color=OTHERS, label="other candidates", **style)
        axis.hist(scores[name][positives], color=PARTNERS, label="partners", **style)
        axis.set(xlabel="score", ylabel="density")
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def intervals(
    document: Mapping[str, Any], metrics: Sequence[str] = ("auc", "cauc", "map")
) -> Figure:
    """Show each row's interval over brands, with the paper's number as a cross."""
    rows = [row for row in document["rows"] if not row.get("needs")][::-1]
    names = [literal(row["method"]) for row in rows]
    figure, axes = canvas(0.3 * len(rows) + 1.4, columns=len(metrics))
    for axis, metric in zip(np.atleast_1d(axes), metrics, strict=True):
        if metric in ("auc", "cauc"):
            axis.axvline(0.5, color=OTHERS, linewidth=0.8, linestyle="--")
        for y, row in enumerate(rows):
            if row[metric] is None:
                continue
            if interval := row["ci95"][metric]:
                axis.plot(interval, [y, y], color=OURS, linewidth=2)
            _mark(axis, row[metric], y, "o", OURS, "ours")
            if row.get("paper"):
                _mark(axis, row["paper"][metric], y, "x", PAPER, "paper")
        axis.set(title=HEADINGS[metric], yticks=range(len(names)), yticklabels=names)
        axis.set_ylim(-0.6, len(names) - 0.4)
        axis.xaxis.set_major_locator(MaxNLocator(3))
        if axis is not np.atleast_1d(axes)[0]:
            axis.set_yticklabels([])
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _mark(axis: Axes, x: float, y: float, marker: str, colour: str, label: str) -> None:
    """Draw a point; the first of its kind goes into the legend."""
    known = axis.get_legend_handles_labels()[1]
    axis.plot(x, y, marker, color=colour, label=None if label in known else label)


def critical_difference(ranked: MeanRanks) -> Figure:
    """Show mean ranks over brands; a bar joins methods whose ranks are not shown to differ.

    The better half is named on the left, the other on the right, as Demšar draws it.
    """
    names = sorted(ranked.ranks, key=ranked.ranks.__getitem__)
    groups = [clique for clique in ranked.cliques if len(clique) > 1]
    half = -(-len(names) // 2)
    below = 0.4 * len(groups) + 0.6
    figure, axis = canvas(0.24 * (half + below) + 1.0)
    axis.set(xlim=(1, len(names)), ylim=(-half - below, 0), yticks=[])
    axis.set_title(_axis_of(ranked), pad=10)
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.spines["top"].set_visible(True)
    axis.xaxis.tick_top()
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=2))
    for i, name in enumerate(names):
        better = i < half
        y = -below - (i if better else len(names) - 1 - i) - 0.5
        x, end = ranked.ranks[name], 1 if better else len(names)
        axis.plot([x, x, end], [0, y, y], color=OURS, linewidth=1)
        where: dict[str, Any] = {"xytext": (-4 if better else 4, 0), "textcoords": "offset points"}
        where |= {"ha": "right" if better else "left", "va": "center", "fontsize": SMALL}
        axis.annotate(literal(name), (end, y), **where)
    for i, clique in enumerate(groups):
        ends = [ranked.ranks[clique[0]] - 0.08, ranked.ranks[clique[-1]] + 0.08]
        axis.plot(ends, [-0.4 * (i + 1)] * 2, color=OTHERS, linewidth=3, clip_on=False)
    return figure


def _axis_of(ranked: MeanRanks) -> str:
    """Return in words what is on the axis of ranks, and how far apart ranks must be."""
    what = _WITHIN.get(ranked.metric, HEADINGS.get(ranked.metric, ranked.metric))
    return (
        f"Mean rank by {what} over {ranked.brands} brands (1 is best);\n"
        f"ranks more than {ranked.critical_difference:.2f} apart differ"
    )

"""Figures of the audit: what the benchmark rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from morning.models import TrainedModel
from morning.report.figures.style import OURS, PAPER, THIRD, canvas, literal
from morning.report.headings import HEADINGS

#: What the draws of RAND are shown in.
_CHANCE = ("recall@10", "recall@50", "mrr", "map", "medr")


def category_recovery(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Show every ranking by AUC and cAUC with its intervals; crosses are the paper's numbers."""
    figure, axis = canvas(7, 4.6)
    axis.axhline(0.5, color="grey", linewidth=0.8, linestyle="--")
    axis.axvline(0.5, color="grey", linewidth=0.8, linestyle="--")
    shown = [row for row in rows if row["auc"] is not None and row["cauc"] is not None]
    for place, row in enumerate(sorted(shown, key=lambda row: row["auc"])):
        x, y = row["auc"], row["cauc"]
        if interval := row["ci95"]["auc"]:
            axis.plot(interval, [y, y], color=OURS, linewidth=1)
        if interval := row["ci95"]["cauc"]:
            axis.plot([x, x], interval, color=OURS, linewidth=1)
        axis.plot(x, y, "o", color=OURS)
        _label(axis, row["method"], x, y, above=place % 2 == 0)  # neighbours do not collide
        if paper := row.get("paper"):
            axis.plot(paper["auc"], paper["cauc"], "x", color=PAPER)
            _label(axis, f"{row['method']}, paper", paper["auc"], paper["cauc"], above=False)
    axis.set(xlabel="AUC: among all candidates", ylabel="cAUC: within the brand's category")
    axis.margins(0.2, 0.1)
    return figure


def _label(axis: Axes, text: str, x: float, y: float, above: bool) -> None:
    """Write a point's name beside it."""
    offset = (5, 5 if above else -11)
    axis.annotate(literal(text), (x, y), offset, textcoords="offset points", fontsize=9)


def chance(draws: pd.DataFrame, paper: Mapping[str, float] | None = None) -> Figure:
    """Show what random rankings get, a row of `draws` each, and where the paper's one lies."""
    figure, axes = canvas(12, 2.4, columns=len(_CHANCE))
    for axis, metric in zip(axes, _CHANCE, strict=True):
        axis.hist(draws[metric].dropna(), bins=24, color=OURS, alpha=0.7)
        if paper:
            axis.axvline(paper[metric], color=PAPER, label="paper")
        axis.set(title=HEADINGS[metric], yticks=[])
        axis.xaxis.set_major_locator(MaxNLocator(4))
    if paper:
        axes[0].legend(frameon=False, loc="upper right")
    return figure


def ties(table: pd.DataFrame) -> Figure:
    """Show what coarse scores cost; rows are numbers of levels, as `quantised` returns them."""
    figure, (left, right) = canvas(9, 3, columns=2)
    left.plot(table.index, table["auc_clean"], "o-", color=OURS, label="clean: ties count half")
    left.plot(table.index, table["auc"], "o-", color=PAPER, label="released: ties count 0")
    left.set(ylabel="AUC", xlabel="levels of the score", ylim=(0, 1))
    for metric, colour in (("recall@10", OURS), ("recall@50", THIRD), ("mrr", PAPER)):
        right.plot(table.index, table[metric], "o-", color=colour, label=HEADINGS[metric])
    right.set(xlabel="levels of the score", ylim=(0, None))
    for axis in (left, right):
        axis.legend(frameon=False, fontsize=9)
    return figure


def epochs(models: Sequence[TrainedModel]) -> Figure:
    """Show AUC after every epoch of watched trainings: of validation brands, and of test brands.

    A dot marks the epoch that validation chose, a triangle the one with the best test AUC.
    """
    figure, (left, right) = canvas(10, 3.2, columns=2)
    for model in models:
        steps = np.arange(1, len(model.history) + 1)
        watched = _auc_of(model, "watched")
        (line,) = right.plot(steps, watched, label=f"seed {model.profile.training.seed}")
        if any("validation" in entry for entry in model.history):
            validation = _auc_of(model, "validation")
            left.plot(steps, validation, color=line.get_color())
            left.plot(model.epoch, validation[model.epoch - 1], "o", color=line.get_color())
        right.plot(model.epoch, watched[model.epoch - 1], "o", color=line.get_color())
        if np.isfinite(watched).any():
            best = int(np.nanargmax(watched))
            right.plot(steps[best], watched[best], "^", color=line.get_color(), markersize=8)
    left.set(title="validation brands: may be looked at", xlabel="epoch", ylabel="AUC")
    right.set(title="test brands: for this audit alone", xlabel="epoch")
    right.legend(frameon=False, fontsize=9)
    return figure


def _auc_of(model: TrainedModel, key: str) -> np.ndarray:
    return np.array([entry.get(key, {}).get("auc") for entry in model.history], dtype=float)


def sensitivity(rows: Sequence[Mapping[str, Any]], noise: Mapping[str, float | None]) -> Figure:
    """Show AUC of every variant, of validation and of test brands; the first row is the profile.

    Parameters
    ----------
    rows : sequence of mapping
        As `studies.audit.sensitivity.sensitivity` returns them.
    noise : mapping
        "validation" and "test": how far two runs of one variant differ at most, in 95 of 100
        pairs, for a band around the profile; None or NaN for no band.
    """
    figure, axes = canvas(10, 0.34 * len(rows) + 1.2, columns=2)
    names = [literal(row["method"]) for row in rows][::-1]
    values = {
        "validation": [(row["validation"] or {}).get("auc") for row in rows],
        "test": [row["auc"] for row in rows],
    }
    for axis, (key, found) in zip(axes, values.items(), strict=True):
        numbers = np.array(found, dtype=float)
        spread = noise.get(key)
        if spread is not None and np.isfinite(spread):
            band = (numbers[0] - spread, numbers[0] + spread)
            axis.axvspan(*band, color=THIRD, alpha=0.25, label="another seed")
            axis.legend(frameon=False, fontsize=9)
        axis.axvline(numbers[0], color="grey", linewidth=0.8, linestyle="--")
        axis.plot(numbers[::-1], range(len(names)), "o", color=OURS)
        axis.set(title=f"AUC, {key} brands", yticks=range(len(names)), yticklabels=names)
    axes[1].set_yticklabels([])
    return figure

"""Figures of the audit: what the benchmark rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from morning.models import TrainedModel
from morning.report.figures.results import intervals
from morning.report.figures.style import LINES, OTHERS, OURS, PAPER, canvas, literal
from morning.report.headings import HEADINGS

#: What the draws of RAND are shown in.
_CHANCE = ("recall@10", "recall@50", "mrr", "map", "medr")


def category_recovery(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Show AUC and cAUC of every ranking, the best AUC on top; crosses are the paper's numbers."""
    shown = [row for row in rows if row["auc"] is not None and row["cauc"] is not None]
    ranked = sorted(shown, key=lambda row: row["auc"], reverse=True)
    return intervals({"rows": ranked}, ("auc", "cauc"))


def chance(draws: pd.DataFrame, paper: Mapping[str, float] | None = None) -> Figure:
    """Show what random rankings get, a row of `draws` each, and where the paper's one lies."""
    figure, axes = canvas(3.8, columns=3, rows=2)
    axes = np.ravel(axes)
    for axis in axes[len(_CHANCE) :]:
        axis.set_axis_off()
    for axis, metric in zip(axes, _CHANCE, strict=False):
        axis.hist(draws[metric].dropna(), bins=24, color=OTHERS)
        if paper:
            axis.axvline(paper[metric], color=PAPER, label="paper")
        axis.set(title=HEADINGS[metric], yticks=[])
        axis.xaxis.set_major_locator(MaxNLocator(3))
    axes[0].set_ylabel("random rankings")
    if paper:
        axes[-1].legend(*axes[0].get_legend_handles_labels(), loc="center")
    return figure


def ties(table: pd.DataFrame) -> Figure:
    """Show what coarse scores cost; rows are numbers of levels, as `quantised` returns them."""
    figure, (left, right) = canvas(6, rows=2)
    left.plot(table.index, table["auc_clean"], "o-", color=OURS, label="clean: ties count half")
    left.plot(table.index, table["auc"], "o-", color=PAPER, label="released: ties count 0")
    left.set(ylabel="AUC", xlabel="levels of the score", ylim=(0, 1))
    for metric, style in zip(("recall@10", "recall@50", "mrr"), LINES, strict=False):
        right.plot(table.index, table[metric], marker="o", label=HEADINGS[metric], **style)
    right.set(xlabel="levels of the score", ylim=(0, None))
    for axis in (left, right):
        axis.legend()
    return figure


def epochs(models: Sequence[TrainedModel]) -> Figure:
    """Show AUC after every epoch of watched trainings: of validation brands, and of test brands.

    A dot marks the epoch that validation chose, a triangle the one with the best test AUC.
    """
    figure, (left, right) = canvas(5.6, rows=2)
    for model, style in zip(models, cycle(LINES)):
        colour = style["color"]
        steps = np.arange(1, len(model.history) + 1)
        watched = _auc_of(model, "watched")
        right.plot(steps, watched, label=f"seed {model.profile.training.seed}", **style)
        if any("validation" in entry for entry in model.history):
            validation = _auc_of(model, "validation")
            left.plot(steps, validation, **style)
            left.plot(model.epoch, validation[model.epoch - 1], "o", color=colour)
        right.plot(model.epoch, watched[model.epoch - 1], "o", color=colour)
        if np.isfinite(watched).any():
            best = int(np.nanargmax(watched))
            right.plot(steps[best], watched[best], "^", color=colour, markersize=8)
    left.set(title="validation brands: may be looked at", ylabel="AUC")
    right.set(title="test brands: for this audit alone", xlabel="epoch", ylabel="AUC")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend()
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
    figure, axes = canvas(0.3 * len(rows) + 1.2, columns=2)
    names = [literal(row["method"]) for row in rows][::-1]
    values = {
        "validation": [(row["validation"] or {}).get("auc") for row in rows],
        "test": [row["auc"] for row in rows],
    }
    bands = []
    for axis, (key, found) in zip(axes, values.items(), strict=True):
        numbers = np.array(found, dtype=float)
        spread = noise.get(key)
        if spread is not None and np.isfinite(spread):
            band = (numbers[0] - spread, numbers[0] + spread)
            bands.append(axis.axvspan(*band, color=OTHERS, alpha=0.25))
        axis.axvline(numbers[0], color=OTHERS, linewidth=0.8, linestyle="--")
        axis.plot(numbers[::-1], range(len(names)), "o", color=OURS)
        axis.set(title=f"AUC, {key} brands", yticks=range(len(names)), yticklabels=names)
        axis.xaxis.set_major_locator(MaxNLocator(4))
    axes[1].set_yticklabels([])
    if bands:
        figure.legend(bands[:1], ["another seed"], loc="outside upper center")
    return figure

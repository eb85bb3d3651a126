"""What each metric counts, drawn on one small ranking."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from morning.report.figures.style import OTHERS, PARTNERS, SMALL, canvas
from morning.report.headings import HEADINGS

_FAINT = "lightgrey"
_MIDDLE: Any = {"ha": "center", "va": "center", "fontsize": SMALL}
_SHOWN = ("auc", "cauc", "recall@10", "mrr", "map", "medr")


def drawn_metrics(partners: Collection[int], category: Collection[int], n: int) -> Figure:
    """Draw candidates in the order of their ranks once for every metric, and write what it counts.

    Parameters
    ----------
    partners, category : collection of int
        Ranks, from 1, of the brand's partners, and of all candidates of its category.
    n : int
        Candidates.
    """
    ranks = sorted(partners)
    others = [rank for rank in range(1, n + 1) if rank not in partners]
    near = [rank for rank in others if rank in category]
    figure, axes = canvas(7.2, rows=len(_SHOWN))
    for axis, metric in zip(axes, _SHOWN, strict=True):
        counted = near if metric == "cauc" else others
        for rank in range(1, n + 1):
            ink = PARTNERS if rank in partners else OTHERS if rank in counted else _FAINT
            axis.plot(rank, 0, "o", markersize=15, color=ink)
            axis.annotate(f"{rank}", (rank, 0), color="white", fontweight="bold", **_MIDDLE)
        _say(axis, metric, ranks, counted)
        axis.set(xlim=(0.4, n + 0.6), ylim=(-0.6, 1.5))
        axis.set_title(HEADINGS[metric], loc="left", fontweight="bold")
        axis.axis("off")
    return figure


def _say(axis: Axes, metric: str, ranks: list[int], others: list[int]) -> None:
    """Write above partners what a metric takes of them, and beside its name what comes out."""
    said: dict[int, str] = {}
    if metric in ("auc", "cauc"):
        beaten = {rank: sum(other > rank for other in others) for rank in ranks}
        said = {rank: f"beats {count}" for rank, count in beaten.items()}
        pairs = len(ranks) * len(others)
        total = f"{sum(beaten.values())} of {pairs} comparisons: {sum(beaten.values()) / pairs:.3f}"
    elif metric == "recall@10":
        inside = [rank for rank in ranks if rank <= 10]
        said = dict.fromkeys(inside, "in")
        axis.plot([10.5, 10.5], [-0.5, 0.7], color=OTHERS, linestyle="--")
        share = len(inside) / len(ranks)
        total = f"{len(inside)} of {len(ranks)} partners among the first ten: {share:.3f}"
    elif metric == "map":
        said = {rank: f"{i} of {rank}" for i, rank in enumerate(ranks, 1)}
        mean = sum(i / rank for i, rank in enumerate(ranks, 1)) / len(ranks)
        total = f"mean of the shares of partners so far: {mean:.3f}"
    else:
        said = {ranks[0]: "first"}
        first = f"{1 / ranks[0]:.3f}" if metric == "mrr" else f"{ranks[0]}"
        total = f"{'one divided by its' if metric == 'mrr' else 'its'} rank: {first}"
    for rank, text in said.items():
        axis.annotate(text, (rank, 0.75), color=PARTNERS, **_MIDDLE)
    axis.set_title(total, loc="right")

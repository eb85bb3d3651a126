"""The page on speed: what `make bench` measured, as tables and a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from morning.files import read_json

from morning_book import RESULTS
from morning_book.lines import table_lines

BENCHMARKS = RESULTS / "benchmarks.json"
_PANELS = {"seconds": "seconds", "peak_mb": "peak memory, MB"}
_VERDICTS = {True: "met", False: "**not met**", None: ""}


def speed_parts(page: Path) -> dict[str, str]:
    """Return what fills the page on speed, and draw its figure beside the page."""
    results = read_json(BENCHMARKS)
    figure = growth_figure(results["growth"])
    figure.savefig(page.with_name("growth.svg"), bbox_inches="tight", metadata={"Date": None})
    return {
        "machine": machine(results["machine"]),
        "figures": figures(results["figures"]),
        "accelerator": accelerator(results["machine"]),
    }


def machine(measured: Mapping[str, Any]) -> str:
    """Return in words where times were measured."""
    return (
        f"{measured['cores']} cores ({measured['processor']}), Python {measured['python']}, "
        f"torch {measured['torch']}, {measured['date']}"
    )


def accelerator(measured: Mapping[str, Any]) -> str:
    """Return whether they were measured on an accelerator."""
    if name := measured["accelerator"]:
        return f"An accelerator was there: {name}."
    return (
        "No accelerator was to be had when this was measured. The code takes one where there is "
        'one (`device="auto"`); its column is missing here and not guessed.'
    )


def figures(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures as lines of a Markdown table."""
    return table_lines(map(_cells, rows))


def _cells(row: Mapping[str, Any]) -> list[str]:
    low, high = row["quartiles"]
    goals = [f"{row['goal']:.2f}"] if row["goal"] is not None else []
    goals += [f"{row['goal_s']:g} s"] if row["goal_s"] is not None else []
    return [
        row["name"],
        f"{row['seconds']:.3g}",
        row["reference"],
        f"{row['ratio']:.3f}" + ("" if row["rounds"] == 1 else f" ({low:.3f} to {high:.3f})"),
        "" if row["limit"] is None else f"{row['limit']:.3f}",
        ", ".join(goals),
        _VERDICTS[row["met"]],
    ]


def growth_figure(points: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw time and peak memory of every stage against accounts, on logarithmic axes."""
    from morning.report.figures.style import LINES, canvas  # the pipeline itself draws nothing

    picture, panels = canvas(6.4, rows=2)
    stages = list(dict.fromkeys(point["stage"] for point in points))
    for axes, (value, label) in zip(panels, _PANELS.items(), strict=True):
        for stage, marker, style in zip(stages, "osD^v", cycle(LINES), strict=False):
            mine = [point for point in points if point["stage"] == stage]
            x = [point["accounts"] for point in mine]
            axes.loglog(x, [point[value] for point in mine], marker=marker, label=stage, **style)
        axes.set_xlabel("accounts")
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
    picture.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return picture

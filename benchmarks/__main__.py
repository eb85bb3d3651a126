"""Measure every figure, print the table, and keep it for the page of the book.

    python -m benchmarks [NAME …]

Without names everything is measured and `book/results/benchmarks.json` is written anew.
"""

from __future__ import annotations

import functools
import os
import platform
import sys
from datetime import date
from typing import Any

import torch
from morning.files import write_json
from morning_book.provenance import processor
from morning_book.speed import BENCHMARKS

from benchmarks import growth, made, stages, steps
from benchmarks.figure import Figure

FIGURES = (
    Figure(
        "training step, the paper's sizes",
        "a naive PyTorch step",
        functools.partial(steps.one_step, made.PAPER),
        goal=0.35,
    ),
    Figure(
        "training step, the benchmark's sizes",
        "a naive PyTorch step",
        functools.partial(steps.one_step, made.PUBLIC),
    ),
    Figure(
        "five seeds in one batched model",
        "the same one by one",
        steps.seeds_in_one_model,
        goal=0.25,
    ),
    Figure("fit of best", "training of profile paper", steps.best_and_paper, goal=0.1),
    Figure("evaluation, 74 × 797", "one sort of the scores", stages.evaluation, goal_s=0.02),
    Figure("paired comparison", "10,000 resamples of one metric", stages.comparing, goal_s=1.0),
    Figure("attribute graph", "the node2vec package", stages.attribute_graph, goal_s=10.0),
    Figure("features of pictures", "the bare networks", stages.pictures, goal=1 / 0.9),
    Figure("import morning", "Python that does nothing", stages.importing, goal_s=0.3),
)


def machine() -> dict[str, Any]:
    """Return what times depend on."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "accelerator": gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


def line(row: dict[str, Any]) -> str:
    """Return a row of the table as text."""
    low, high = row["quartiles"]
    limit = "" if row["limit"] is None else f", limit {row['limit']:.2f}"
    goals = [f"ratio {row['goal']:.2g}"] if row["goal"] is not None else []
    goals += [f"{row['goal_s']:g} s"] if row["goal_s"] is not None else []
    verdict = {True: "met", False: "not met", None: ""}[row["met"]]
    return (
        f"{row['name']}: {row['seconds']:.4g} s, {row['ratio']:.3f} of {row['reference']} "
        f"[{low:.3f}, {high:.3f}]{limit}; goal {' and '.join(goals) or 'none'} {verdict}"
    )


def main(names: list[str]) -> None:
    """Measure and print."""
    rows = []
    for figure in FIGURES:
        if not names or figure.name in names:
            rows.append(figure.measure())
            print(line(rows[-1]), flush=True)
    if names:
        return
    points = []
    for size in growth.SIZES:
        points += growth.point(size)
        for each in points[-len(growth.STAGES) :]:
            print(
                f"{each['accounts']:,} accounts, {each['stage']}: {each['seconds']:.3g} s, "
                f"peak {each['peak_mb']:,.0f} MB",
                flush=True,
            )
    write_json(BENCHMARKS, {"machine": machine(), "figures": rows, "growth": points})


if __name__ == "__main__":
    main(sys.argv[1:])

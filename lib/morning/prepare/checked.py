"""Everything that is to be known of a folder before a run: what `morning check` says."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

from morning.errors import Problem, Report
from morning.files import whole_file
from morning.plain import in_csv
from morning.prepare.outlook import Outlook, outlook
from morning.sources.catalogue import inspect


def checked(folder: Path) -> tuple[Report, Outlook | None]:
    """Return what is wrong or odd with a folder, by cause, and what a run on it will have.

    Why the run could not finish is among the errors. Without valid data there is no outlook.
    """
    source, report = inspect(folder)
    if source is None:
        return report.by_cause(), None
    view = outlook(source)
    return Report([*report.errors, *view.errors], report.warnings).by_cause(), view


def as_dict(report: Report, view: Outlook | None) -> dict[str, Any]:
    """Return the same for machines: every row of every cause."""
    return {
        "errors": [_cause(problem) for problem in report.errors],
        "warnings": [_cause(problem) for problem in report.warnings],
        "run": view.as_dict() if view else None,
    }


def _cause(problem: Problem) -> dict[str, Any]:
    places = [] if problem.row is None else [*problem.places()]
    rows, values = [row for row, _ in places], [value for _, value in places]
    about = {key: value for key, value in asdict(problem).items() if key in ("file", "column")}
    return about | {"rule": problem.rule, "count": problem.count, "rows": rows, "values": values}


def findings_file(report: Report, folder: Path, where: Path) -> Path | None:
    """Write every row of every cause to a file, where some are too many to show.

    Parameters
    ----------
    report : Report
    folder : Path
        That was checked; the file is named after it.
    where : Path
        Folder that takes the file; the one above `folder`, where it is inside of it.
    """
    if where.resolve().is_relative_to(folder.resolve()):
        where = folder.resolve().parent
    findings = [*report.errors, *report.warnings]
    if all(problem.count <= Problem.SHOWN for problem in findings):
        return None
    path = where / f"{folder.resolve().name}-findings.csv"
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "file", "row", "column", "rule", "value"])
        for kind, problems in (("error", report.errors), ("warning", report.warnings)):
            for problem in problems:
                for row, value in problem.places():
                    line = [problem.file, row, problem.column, problem.rule, value]
                    writer.writerow(
                        [kind, *("" if cell is None else in_csv(cell) for cell in line)]
                    )
    return path

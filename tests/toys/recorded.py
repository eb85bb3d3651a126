"""What the long tests found, for the page on trust: `make test-long` writes it."""

from __future__ import annotations

import os
import platform
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from morning.files import read_json, write_json

ROOT = Path(__file__).resolve().parents[2]


def record(stats: Mapping[str, Sequence[Any]], path: Path, files: Sequence[str]) -> None:
    """Write outcomes, day, commit and machine of a session, and the rows that its tests gave.

    A test gives a row by pytest's `record_property(kind, row)`; one that fails gives none. Where
    there is a record of everything, running a part again says there which of the failed now pass.

    Parameters
    ----------
    stats : mapping of str to sequence
        Of pytest's terminal reporter: its reports by outcome.
    path : Path
    files : sequence of str
        What was run; empty: everything.
    """
    rows: dict[str, list[Any]] = defaultdict(list)
    passed = list(_reports(stats.get("passed", ())))
    for report in passed:
        for kind, row in report.user_properties:
            rows[kind].append(row)
    failed = [report.nodeid for word in ("failed", "error") for report in stats.get(word, ())]
    found = {
        "date": date.today().isoformat(),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "edited": bool(_git("status", "--porcelain", "--", "lib", "notebooks", "tests")),
        "files": list(files),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "passed": len(passed),
        "failed": sorted(failed),
        "mended": [],
        "skipped": sorted(report.nodeid for report in _reports(stats.get("skipped", ()))),
        "rows": dict(sorted(rows.items())),
    }
    whole = read_json(path, dict) if files and path.is_file() else found
    if files and not whole["files"]:
        found = amended(whole, found, {report.nodeid for report in passed})
    write_json(path, found)


def amended(whole: Mapping[str, Any], part: Mapping[str, Any], passed: set[str]) -> dict[str, Any]:
    """Return the record of all tests in which some that failed were run again later."""
    again = [name for name in whole["failed"] if name in passed]
    told = {"commit": part["commit"], "edited": part["edited"]}
    kinds = whole["rows"] | part["rows"]
    return dict(whole) | {
        "failed": sorted({*whole["failed"], *part["failed"]} - {*again}),
        "mended": [*whole.get("mended", ()), *({"test": name} | told for name in again)],
        "rows": {k: [*whole["rows"].get(k, ()), *_new(k, whole, part)] for k in kinds},
    }


def _new(kind: str, whole: Mapping[str, Any], part: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a kind that the other record lacks: those of other first cells."""
    there = [next(iter(row.values())) for row in whole["rows"].get(kind, ())]
    return [row for row in part["rows"].get(kind, ()) if next(iter(row.values())) not in there]


def _reports(reports: Sequence[Any]) -> Iterator[pytest.TestReport]:
    """Yield the reports of tests themselves, not of what was made before and cleared after."""
    for report in reports:
        if isinstance(report, pytest.TestReport) and (report.when == "call" or report.skipped):
            yield report


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()

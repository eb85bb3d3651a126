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
from morning.files import write_json

ROOT = Path(__file__).resolve().parents[2]


def record(stats: Mapping[str, Sequence[Any]], path: Path, files: Sequence[str]) -> None:
    """Write outcomes, day, commit and machine of a session, and the rows that its tests gave.

    A test gives a row by pytest's `record_property(kind, row)`; one that fails gives none.

    Parameters
    ----------
    stats : mapping of str to sequence
        Of pytest's terminal reporter: its reports by outcome.
    path : Path
    files : sequence of str
        What was run; empty: everything.
    """
    rows: dict[str, list[Any]] = defaultdict(list)
    for report in _reports(stats.get("passed", ())):
        for kind, row in report.user_properties:
            rows[kind].append(row)
    failed = [report.nodeid for word in ("failed", "error") for report in stats.get(word, ())]
    write_json(
        path,
        {
            "date": date.today().isoformat(),
            "commit": _git("rev-parse", "--short", "HEAD"),
            "edited": bool(_git("status", "--porcelain", "--", "lib", "notebooks", "tests")),
            "files": list(files),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "passed": sum(1 for _ in _reports(stats.get("passed", ()))),
            "failed": sorted(failed),
            "skipped": sorted(report.nodeid for report in _reports(stats.get("skipped", ()))),
            "rows": dict(sorted(rows.items())),
        },
    )


def _reports(reports: Sequence[Any]) -> Iterator[pytest.TestReport]:
    """Yield the reports of tests themselves, not of what was made before and cleared after."""
    for report in reports:
        if isinstance(report, pytest.TestReport) and (report.when == "call" or report.skipped):
            yield report


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()

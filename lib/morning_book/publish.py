"""What a run of the benchmark found, for readers without its files: `make publish`.

Metrics, intervals and curves go to `book/results/public.json`; no vectors, no scores, nobody's
name but brands' categories.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from morning.code import code_of
from morning.errors import MorningError
from morning.files import read_json, write_json
from morning.models import load_seeds
from morning.run import Run

from morning_book import ROOT

PUBLISHED = ROOT / "book" / "results" / "public.json"
#: Results of a run that are published.
TABLES = (
    "table2_dataset",
    "model",
    "table3_baselines",
    "table4_ablations",
    "table5_categories",
    "audit",
    "claims",
)
_CODE = (
    "morning.report.audit",
    "morning.studies.ablations",
    "morning.studies.categories",
    "morning.studies.claims",
    "morning.studies.comparison",
)


def publish(run: Run, path: Path = PUBLISHED) -> None:
    """Write what a finished run of the benchmark found.

    Raises
    ------
    MorningError
        If the run is of other data, or not finished.
    """
    settings = run.settings()
    if settings.get("data") != "public":
        raise MorningError(f"{run.folder}: only a run with DATA=public is published")
    if missing := [name for name in TABLES if not run.results(name).is_file()]:
        raise MorningError(f"{run.folder}: not finished, {', '.join(missing)} missing")
    made = {
        "settings": {name: value for name, value in settings.items() if name != "run"},
        "code": code_of(*_CODE),
        "date": date.today().isoformat(),
    }
    tables = {name: read_json(run.results(name)) for name in TABLES}
    curves = [model.curve for model in load_seeds(run.model())]
    write_json(path, {"data": "public", "made": made, "tables": tables, "curves": curves})


if __name__ == "__main__":
    try:
        publish(Run(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "runs" / "public"))
    except MorningError as error:
        sys.exit(f"error: {error}")

"""What a run of the benchmark found, for readers without its files: `make publish`.

Metrics, intervals and curves go to `book/results/public.json`; no vectors, no scores, nobody's
name but brands' categories.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from morning.code import code_of
from morning.errors import MorningError
from morning.files import write_json
from morning.models import load_seeds
from morning.run import Run

from morning_book import ROOT
from morning_book.settings import Settings
from morning_book.stages import PUBLIC

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
_UP_TO_DATE = ("run", "DATA=public", f"RUN={ROOT / 'runs' / 'public'}", "--no-book")
_CODE = (
    "morning.report.audit",
    "morning.studies.ablations",
    "morning.studies.categories",
    "morning.studies.claims",
    "morning.studies.comparison",
)


def publish(run: Run, path: Path = PUBLIC) -> None:
    """Write what a finished run of the benchmark found; it must be up to date.

    Raises
    ------
    MorningError
        If the run is of other data or settings, or not finished.
    """
    settings = {name: value for name, value in run.settings().items() if name != "run"}
    usual = Settings.read({"data": "public"}, ROOT).recorded()
    if settings != {name: value for name, value in usual.items() if name != "run"}:
        raise MorningError(f"{run.folder}: only a run of `make book DATA=public` is published")
    if missing := [name for name in TABLES if not run.results(name).is_file()]:
        raise MorningError(f"{run.folder}: not finished, {', '.join(missing)} missing")
    made = {
        "settings": settings,
        "code": code_of(*_CODE),
        "date": date.fromtimestamp(run.results("claims").stat().st_mtime).isoformat(),
    }
    tables = {name: run.read(name) for name in TABLES}
    curves = [model.curve for model in load_seeds(run.model())]
    write_json(path, {"data": "public", "made": made, "tables": tables, "curves": curves})


if __name__ == "__main__":
    # What is up to date is not computed again; what is published is of the code that is here.
    done = subprocess.run([sys.executable, "-m", "morning_book.command", *_UP_TO_DATE], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    try:
        publish(Run(ROOT / "runs" / "public"))
    except MorningError as error:
        sys.exit(f"error: {error}")

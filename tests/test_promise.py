"""Where `morning check` finds no error, a run comes to its end: tried, each with one epoch."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from morning.prepare.checked import checked
from morning.run import Run
from toys.cases import ALIKE, READ
from toys.folders import tables, write_folder
from toys.mutations import write_mutated

ROOT = Path(__file__).resolve().parents[1]
LAST = "table5_categories"
pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


def finishes(folder: Path) -> None:
    """Run all chapters on a folder."""
    assert checked(folder)[0].errors == []
    quick = ["--visual", "none", "--profile", "quick", "--seeds", "1", "--epochs", "1"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "morning_book.command",
            "run",
            "--data",
            folder,
            *quick,
            "--no-book",
        ],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT / "lib")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert Run(folder.parent / "runs" / folder.name).results(LAST).is_file()


@pytest.mark.parametrize("change", [case[0] for case in (READ | ALIKE).values()], ids=READ | ALIKE)
def test_what_people_bring(tmp_path, change):
    write_folder(tmp_path / "mine")
    change(tmp_path / "mine")
    finishes(tmp_path / "mine")


@pytest.mark.parametrize("number", range(20))
def test_what_happens_to_folders(tmp_path, number):
    for seed in range(1000 * number, 1000 * (number + 1)):
        folder = tmp_path / str(seed)
        write_mutated(Random(seed), tables(), folder)
        if checked(folder)[0].ok:
            break
    finishes(folder)

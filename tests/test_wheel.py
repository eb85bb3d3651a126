"""The wheel: made of an archive of the sources, installed, run far from any checkout."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pooch
import pytest
from morning.sources.sample import write_sample
from toys.stored import ROOT, stored_files

_VENDOR = "morning/report/explorer/vendor"
#: Of these `bundle.js` is made.
LEFT_OUT = {f"{_VENDOR}/entry.mjs", f"{_VENDOR}/sha256"}
STORY = ("book", "notebooks", "dodo.py", "CITATION.cff")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def call(*command, here, **environment):
    """Run a command to its end in a folder; return what it printed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=here,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def files_of(folder):
    return {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel of an archive of the sources, built without a network."""
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("built")
    for path in stored_files():
        target = sources / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    archive = f"from setuptools import build_meta; build_meta.build_sdist({str(built)!r})"
    call(sys.executable, "-c", archive, here=sources)
    (archive,) = built.glob("*.tar.gz")
    call(*PIP, "wheel", "--no-deps", "--no-build-isolation", archive, here=built)
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the folder of an installed wheel; nothing was written to it in the end."""
    folder = tmp_path_factory.mktemp("installed")
    call(*PIP, "install", "--no-deps", "--no-compile", "--target", folder, wheel, here=folder)
    before = files_of(folder)
    yield folder
    assert files_of(folder) == before


@pytest.fixture
def morning(installed, tmp_path):
    """Return a caller of Python with the installed wheel, from an empty folder."""

    def start(*arguments):
        return call(sys.executable, *arguments, here=tmp_path, PYTHONPATH=str(installed))

    return start


def test_it_holds_packages_and_story_whole(wheel):
    names = [path.relative_to(ROOT).as_posix() for path in stored_files()]
    expected = {name.removeprefix("lib/") for name in names if name.startswith("lib/")}
    story = [name for name in names if name.startswith(STORY) and name != "notebooks/README.md"]
    expected |= {f"morning_book/story/{name}" for name in story}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert expected - held == LEFT_OUT
    assert held <= expected


def test_the_command_is_whole(installed, morning):
    script = installed / "bin" / "morning"
    assert "morning run" not in script.read_text()  # a script that calls, no copy of the command
    for subcommand in ("run", "rank", "doctor"):
        assert subcommand in morning(script, "--help")
    assert "MISSING" not in morning(script, "doctor")


def test_data_go_to_the_users_cache(morning, monkeypatch):
    monkeypatch.delenv("MORNING_DATA", raising=False)
    code = "from morning.places import data_folder; print(data_folder())"
    assert morning("-c", code).strip() == str(pooch.os_cache("morning"))


def test_a_chapter_that_runs_alone_writes_where_it_was_called(morning, tmp_path):
    code = "from morning.run import Run; print(Run.named('', 'demo').folder)"
    assert morning("-c", code).strip() == str(tmp_path / "runs" / "demo")


def test_a_run_executes_the_installed_chapters(installed, tmp_path):
    """Until the first is done, and is then killed.

    Chapters read `../book/results` from where they lie.
    """
    write_sample(tmp_path / "mine")
    command = [sys.executable, installed / "bin" / "morning", "run", "DATA=mine", "PROCESSES=1"]
    environment = {**os.environ, "PYTHONPATH": str(installed), "MORNING_DATA": str(tmp_path)}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert any("01_dataset: done" in line for line in process.stdout)
        os.killpg(process.pid, signal.SIGKILL)
    copy = tmp_path / "runs" / "mine" / "notebooks" / "01_dataset.ipynb"
    source = json.loads(copy.read_text(encoding="utf-8"))["metadata"]["papermill"]["input_path"]
    assert Path(source) == installed / "morning_book/story/notebooks/01_dataset.ipynb"
    assert (Path(source).parent / "../book/results/public.json").is_file()

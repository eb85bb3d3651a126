"""Chapters under other runners: papermill's command, jupyter execute, nbclient and VS Code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from click.testing import CliRunner
from morning.run import Run
from morning.sources.sample import write_sample
from morning_book.stages import stages
from nbclient import NotebookClient
from papermill import cli
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

ROOT = Path(__file__).resolve().parents[1]
STAGES = stages(Run(Path("run")), released=False)
WAYS = ("-p", "-y", "-f")
#: Settings of a run of a few minutes, on the folder `sample`.
SMALL = {
    "data": "./sample",
    "run": "./small",
    "visual": "none",
    "label_posts": "keep",
    "topics": 5,
    "topic_seed": 1,
    "profile": "quick",
    "seeds": 1,
    "epochs": 1,
}


def options(way, stage, folder):
    """Return the parameters of a stage as options of papermill, -f as a file in a folder."""
    values = {name: SMALL[name] for name in stage.takes}
    if way == "-p":
        return [word for name, value in values.items() for word in ("-p", name, str(value))]
    if way == "-y":
        return ["-y", yaml.safe_dump(values)]
    (folder / "parameters.yml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return ["-f", "parameters.yml"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_papermill_takes_the_parameters_of_each_chapter(stage, way, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = [str(stage.notebook), "out.ipynb", "--prepare-only", *options(way, stage, tmp_path)]
    done = CliRunner().invoke(cli.papermill, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "unknown parameter" not in done.output
    cells = nbformat.read("out.ipynb", 4).cells
    (cell,) = [c for c in cells if "injected-parameters" in c.metadata.get("tags", [])]
    given = {}
    exec(cell.source, given)
    assert {name: given[name] for name in stage.takes} == {n: SMALL[n] for n in stage.takes}


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what a checkout executes, which gets the runs, with a sample of data."""
    folder = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "_build")
    for name in ("lib", "notebooks", "book"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "dodo.py", folder)
    return folder


def environment(checkout):
    scripts = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(checkout / "lib"),
    }


def call(*command, here, checkout):
    """Run a command of this Python to its end in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=here,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def by_papermill(stage, checkout, elsewhere):
    """Type papermill's command in a folder that has nothing to do with the checkout."""
    way = WAYS[STAGES.index(stage) % len(WAYS)]
    notebook = checkout / "notebooks" / stage.notebook.name
    given = options(way, stage, elsewhere)
    call("papermill", notebook, "out.ipynb", *given, here=elsewhere, checkout=checkout)


def prepared(stage, checkout, elsewhere):
    """Return a chapter with parameters in it: data by their path, the run by its name."""
    named = SMALL | {"data": str(elsewhere / "sample"), "run": "small"}
    notebook = load_notebook_node(str(checkout / "notebooks" / stage.notebook.name))
    return parameterize_notebook(notebook, {name: named[name] for name in stage.takes})


def by_jupyter(stage, checkout, elsewhere):
    """Type `jupyter execute` there."""
    path = checkout / "notebooks" / "prepared.ipynb"
    nbformat.write(prepared(stage, checkout, elsewhere), path)
    call("jupyter", "execute", path, here=elsewhere, checkout=checkout)


def by_nbclient(stage, checkout, elsewhere):
    """Start kernels as VS Code does: in the folder of the workspace or in that of the notebook."""
    folder = (checkout, checkout / "notebooks")[STAGES.index(stage) % 2]
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(prepared(stage, checkout, elsewhere), resources=resources)
    client.execute(env=environment(checkout))


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("runner", "run"),
    [
        (by_papermill, "elsewhere/small"),
        (by_jupyter, "checkout/runs/small"),
        (by_nbclient, "checkout/runs/small"),
    ],
)
def test_all_chapters_in_their_order(runner, run, checkout, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_sample(elsewhere / "sample")
    for stage in STAGES:
        runner(stage, checkout, elsewhere)
    run = Run(tmp_path / run)
    written = [path for stage in stages(run, released=False) for path in stage.writes]
    assert len(written) > len(STAGES)
    assert all(path.is_file() for path in written)
    assert sorted(path.name for path in elsewhere.rglob("runs")) == []

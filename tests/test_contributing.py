"""The worked examples of CONTRIBUTING.md are executed."""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from morning.rankers import METHODS, ranker
from morning.rankers.contract import REGISTERED
from morning.sources import load
from morning.sources.catalogue import NAMED
from morning.sources.sample import write_sample
from morning.testing import RankerContract, toy_inputs
from toys.notebooks import notebook

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def pieces(heading):
    """Return the pieces of code below a heading."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```(?:python|text)\n(.*?)```", section, re.S)


def example(heading):
    """Return the code below a heading, executed."""
    (code,) = pieces(heading)
    names = {"__name__": "tests.example"}
    exec(code, names)
    return names


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what a contributor edits, beside a sample of data."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("lib", "notebooks", "book"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    write_sample(tmp_path / "data")
    return tmp_path


def insert(path, before, line):
    """Write a line before another one, which must be there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, line + before), encoding="utf-8")


def run(checkout, code):
    """Return what code prints that runs with the edited library, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "lib")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


class TestBaseline(RankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make(cls):
        yield example("Add a baseline")["Length"]
        REGISTERED.pop("length")

    def test_is_known_by_its_name(self, make):
        assert "length" in METHODS
        scores = ranker("length").fit(toy_inputs()).score
        assert callable(scores)


def test_a_source_is_opened_by_its_name(monkeypatch):
    monkeypatch.setattr("morning.sources.catalogue.NAMED", dict(NAMED))
    known = set(NAMED)
    try:
        example("Add a source")
        source = load("tiny")
    finally:
        for name in set(NAMED) - known:
            del NAMED[name]
    assert len(source.dataset) == 3
    np.testing.assert_array_equal(source.dataset.brands("test"), [1])


USES_A_BLOCK = """
import json
from morning.models import profile, train
from morning.prepare.features import make_features
from morning.rankers import PARTS
from morning.sources import load
features = make_features(load("data"), "made", visual="none", topics=2)
block = features.blocks["content_hashtags"]
model = train(features, profile("quick").trained_with(epochs=1), "trained")
features.save("saved")
print(json.dumps([
    block.sum(axis=1).tolist(),
    list(model.model.input_sizes),
    [str(part) for part in PARTS],
    features.made["content_hashtags"],
]))
"""


def test_a_block_is_a_file_a_kind_and_a_maker(checkout):
    lib = checkout / "lib" / "morning"
    file, kind, imported, makers = pieces("Add a block")
    (lib / "features" / "hashtags.py").write_text(file, encoding="utf-8")
    insert(lib / "features" / "block.py", '        BlockKind("audience_visual"', kind)
    perspectives = lib / "prepare" / "perspectives.py"
    insert(perspectives, "from morning.features.posts import", imported)
    text = perspectives.read_text(encoding="utf-8")
    empty = "MAKERS: dict[str, Callable[[Posts], Block]] = {}\n"
    assert text.count(empty) == 1
    perspectives.write_text(text.replace(empty, makers), encoding="utf-8")

    sums, inputs, parts, made = run(checkout, USES_A_BLOCK)
    assert max(sums) > 0
    assert "content_hashtags" in inputs
    assert any("content_hashtags" in part for part in parts)
    assert made == {"hashed_columns": 32}


RUNS_A_CHAPTER = """
import json
from pathlib import Path
from morning.run import Run
from morning_book.dependencies import code_files
from morning_book.execute import execute
from morning_book.stages import stages
run = Run(Path("runs/mine").resolve())
stage = stages(run, released=False)[-1]
values = stage.parameters({"data": str(Path("data").resolve()), "run": str(run.folder)})
result = execute(stage.notebook, run.notebooks / "10_followers.ipynb", values, [], [])
code = [path.stem for path in code_files(stage.notebook)]
print(json.dumps([stage.name, str(result or ""), run.read("followers")["rows"], code]))
"""


def test_a_chapter_is_a_notebook_and_a_stage(checkout):
    parameters, cell, stage = pieces("Add a chapter")
    path = checkout / "notebooks" / "10_followers.ipynb"
    notebook(path, cell, parameters=parameters.rstrip())
    stages = checkout / "lib" / "morning_book" / "stages.py"
    insert(stages, "    ]\n\n\ndef code_of_cells", stage)
    name, failed, rows, code = run(checkout, RUNS_A_CHAPTER)
    assert (name, failed) == ("10_followers", "")
    assert {row["role"] for row in rows} == {"brand", "influencer", "audience"}
    assert "catalogue" in code
    assert "training" not in code
    patterns = re.findall(r"- glob: (\S+)", (checkout / "book" / "_toc.yml").read_text())
    assert any(fnmatch(f"notebooks/{path.stem}", pattern) for pattern in patterns)

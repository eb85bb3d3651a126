"""A checkout whose notebooks only write what their stage writes, and calls of its pipeline.

Its pages have headings alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import nbformat
from morning.run import Run
from morning_book.stages import parameters_cell, stages

from toys.notebooks import notebook

ROOT = Path(__file__).resolve().parents[2]
RUN = Run(Path("run"))
STAGES = stages(RUN, released=False)

#: A cell that writes the settings that its stage takes and what it read, where its stage writes.
WRITE = """
import hashlib, json, os, time
from pathlib import Path
time.sleep(float(os.environ.get("NAP", 0)))
taken = {{name: globals()[name] for name in {takes} if name not in ("data", "run")}}
read = [hashlib.sha256(Path(run, place).read_bytes()).hexdigest() for place in {reads}]
for place in {writes}:
    Path(run, place).parent.mkdir(parents=True, exist_ok=True)
    Path(run, place).write_text(json.dumps([taken, read]))
"""


#: A list of stages that leaves others out.
SOME = """
from dataclasses import replace

_all = stages


def stages(run, *, released):
    some = [stage for stage in _all(run, released=released) if stage.name in {names}]
    return [replace(s, after=tuple(name for name in s.after if name in {names})) for s in some]
"""


def toy_checkout(root: Path, chapters: Collection[str]) -> Path:
    """Make such a checkout with some of the chapters, among them all that these read."""
    ignored = shutil.ignore_patterns("__pycache__", "_build", "*.egg-info")
    for name in ("lib", "book"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    shutil.copy(ROOT / "dodo.py", root)
    for page in (root / "book").glob("*.md"):
        lines = page.read_text(encoding="utf-8").splitlines()
        heading = next(line for line in lines if line.startswith("# "))
        page.write_text(f"{heading}\n", encoding="utf-8")
    with open(root / "lib" / "morning_book" / "stages.py", "a", encoding="utf-8") as module:
        module.write(SOME.format(names=sorted(chapters)))
    (root / "notebooks").mkdir()
    imports = {
        "01_dataset": "morning.sources.folder",
        "04_attribute_graph": "morning.attributes.concepts",
    }
    for stage in STAGES:
        reads, writes = (
            [p.relative_to(RUN.folder).as_posix() for p in places if p.is_relative_to(RUN.folder)]
            for places in (stage.reads, stage.writes)
        )
        path = root / "notebooks" / f"{stage.name}.ipynb"
        cells = [
            f"if False:\n    import {imports.get(stage.name, 'morning')}",
            WRITE.format(takes=stage.takes, reads=reads, writes=writes),
        ]
        values = parameters_cell(stage.notebook)
        parameters = "\n".join(f"{name} = {value!r}" for name, value in values.items())
        notebook(path, *cells, parameters=parameters)
        content = nbformat.read(path, 4)
        content.cells.insert(0, nbformat.v4.new_markdown_cell(f"# Chapter {stage.name[:2]}"))
        tagged = nbformat.v4.new_markdown_cell("only with posts", metadata={"tags": ["posts"]})
        content.cells.append(tagged)
        nbformat.write(content, path)
    return root


def command(*words: str) -> list[str]:
    """Return the command line of a call of the pipeline."""
    return [sys.executable, "-m", "morning_book.command", "run", *words]


def environment(checkout: Path, **more: str) -> dict[str, str]:
    """Return the environment in which a checkout's own code is imported."""
    return {**os.environ, "PYTHONPATH": str(checkout / "lib"), **more}


def call(checkout: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call the pipeline of a checkout in a folder, to its end."""
    return subprocess.run(
        command(*words),
        cwd=folder,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )

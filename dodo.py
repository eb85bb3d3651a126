"""The pipeline: one doit task per notebook, then the book.

`morning run` and `make book` call it; so does ``doit data=public run=public``. Settings are those
of `morning_book.settings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doit import get_initial_workdir, get_var
from doit.tools import config_changed, result_dep
from morning.code import closure
from morning.files import write_json
from morning.run import Run
from morning.scale.engines import Engine
from morning_book import ROOT, render
from morning_book.dependencies import (
    code_files,
    files_below,
    inputs_are_the_same,
    record_inputs,
)
from morning_book.execute import stated
from morning_book.finished import ByContent
from morning_book.networks import have_networks
from morning_book.provenance import execute_recorded
from morning_book.repository import repository
from morning_book.settings import Settings, described
from morning_book.stages import stages

_GIVEN = {setting.name: get_var(setting.name) or "" for setting in described()}
SETTINGS = Settings.read(_GIVEN, Path(get_initial_workdir() or "."))
RECORDED = SETTINGS.recorded()
Engine.choose(SETTINGS.engine)  # for the kernels
RUN = Run(Path(SETTINGS.run))
_PAGES = Path(render.__file__).parent
_RENDERING = [*_PAGES.glob("*.py"), *closure(code=(_PAGES / "front.py").read_text("utf-8"))]
STAGES = stages(RUN, released=SETTINGS.data == "public")
DOIT_CONFIG = {
    "default_tasks": ["book"],
    "dep_file": str(RUN.tasks),
    "backend": "json",
    "check_file_uptodate": ByContent,
    "verbosity": 2,
}


def task_parameters() -> dict[str, Any]:
    """Record the settings of the run."""
    return {
        "actions": [(stated(write_json), [RUN.parameters, RECORDED])],
        "targets": [RUN.parameters],
        "uptodate": [config_changed(RECORDED)],
    }


def task_inputs() -> Iterator[dict[str, Any]]:
    """Have the networks for pictures; look whether the files of data and weights changed."""
    users = {
        "data": [stage.name for stage in STAGES if stage.opens_data],
        "weights": [stage.name for stage in STAGES if "visual" in stage.takes],
    }
    before = {"data": [], "weights": [(stated(have_networks), [SETTINGS])]}
    for kind, names in users.items():
        yield {
            "name": kind,
            "actions": [*before[kind], (stated(record_inputs), [kind, SETTINGS, names])],
            "task_dep": ["parameters"],
        }


def task_notebook() -> Iterator[dict[str, Any]]:
    """Execute the notebooks that are out of date."""
    for stage in STAGES:
        parameters, target = stage.parameters(RECORDED), RUN.notebooks / f"{stage.name}.ipynb"
        kinds = ["data"] if stage.opens_data else []
        kinds += ["weights"] if "visual" in stage.takes else []
        used = [result_dep(f"inputs:{kind}") for kind in kinds]
        after = [(stated(inputs_are_the_same), [kind, SETTINGS]) for kind in kinds]
        yield {
            "name": stage.name,
            "actions": [(execute_recorded, [stage, RUN, RECORDED]), *after],
            "file_dep": [*code_files(stage.notebook), *stage.reads],
            "targets": [target, *stage.writes, RUN.record(stage.name)],
            "uptodate": [config_changed(parameters), *used],
            "task_dep": ["parameters", *(f"notebook:{name}" for name in stage.after)],
            "title": lambda task: task.name,
        }


def task_book() -> dict[str, Any]:
    """Render the executed notebooks as an HTML book."""
    executed = [RUN.notebooks / f"{stage.name}.ipynb" for stage in STAGES]
    pages = files_below(ROOT / "book", ROOT / "book" / "_build").values()
    return {
        "actions": [(stated(_render), [executed])],
        "file_dep": [*executed, RUN.explorer, *pages, *_RENDERING, RUN.parameters],
        "targets": [RUN.index],
        "uptodate": [config_changed(RECORDED | {"repository": repository()})],
        "title": lambda task: task.name,
    }


def _render(executed: list[Path]) -> None:
    from morning.evaluation.protocol import caution  # the pipeline itself needs no tables
    from morning.sources import load

    source = load(SETTINGS.data)
    tags, said = render.tags_of(source), caution(source.roster)
    render.render_book(
        ROOT / "book", executed, RECORDED, tags, RUN.book, said, beside=[RUN.explorer]
    )

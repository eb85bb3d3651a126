"""The pipeline: one doit task per notebook, then the book.

``doit data=public run=runs/public`` executes what is out of date; `morning run` and `make book`
call it. Settings: data, run, visual, topics, topic_seed, profile, seeds, epochs (0: the profile's
own). The default profile is `quick` for the demo and `paper` for everything else.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import sys
import typing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import papermill
from doit import get_var
from doit.exceptions import TaskFailed
from doit.tools import config_changed

ROOT = Path(__file__).resolve().parent
NOTEBOOKS = ROOT / "notebooks"
LIB = ROOT / "lib"
KERNEL_STARTS = 4
sys.path.insert(0, str(ROOT / "book"))

from build import build_book  # noqa: E402


@dataclass(frozen=True)
class Read:
    """Parameters of a notebook that reads data and trains nothing."""

    data: str
    run: str


@dataclass(frozen=True)
class Extract(Read):
    """Parameters of a notebook that turns posts into vectors."""

    visual: str
    topics: int
    topic_seed: int


@dataclass(frozen=True)
class Train(Read):
    """Parameters of a notebook that trains models."""

    profile: str
    seeds: int
    epochs: int


@dataclass(frozen=True)
class Compare(Train):
    """Parameters of the notebook that compares methods, some of which look at pictures."""

    visual: str


@dataclass(frozen=True)
class Stage:
    """One notebook: what it takes, reads and writes (paths below the run folder).

    What is `released` is there on the public benchmark alone.
    """

    parameters: type[Read]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    reads_released: tuple[str, ...] = ()
    writes_released: tuple[str, ...] = ()


#: Embeddings of the attribute graph under either reading.
READINGS = ("attributes/max.txt", "attributes/last.txt")

STAGES = {
    "01_dataset": Stage(Read, (), ("results/table2_dataset.json",)),
    "02_content_features": Stage(
        Extract, ("results/table2_dataset.json",), ("blocks/content.json",)
    ),
    "03_audience_features": Stage(Extract, ("blocks/content.json",), ("blocks/audience.json",)),
    "04_attribute_graph": Stage(
        Read,
        ("results/table2_dataset.json",),
        ("blocks/attribute.json",),
        writes_released=READINGS,
    ),
    "05_model": Stage(
        Train,
        ("blocks/content.json", "blocks/audience.json", "blocks/attribute.json"),
        ("features/manifest.json", "results/model.json"),
    ),
    "06_ablations": Stage(
        Train,
        ("features/manifest.json", "results/model.json"),
        ("results/table4_ablations.json",),
    ),
    "07_category_breakdowns": Stage(
        Train,
        ("features/manifest.json", "results/model.json"),
        ("results/table5_categories.json",),
    ),
    "08_baselines": Stage(
        Compare,
        ("features/manifest.json", "results/model.json"),
        ("results/table3_baselines.json",),
    ),
    "09_audit": Stage(
        Train,
        ("features/manifest.json", "results/model.json"),
        ("results/audit.json",),
        reads_released=READINGS,
    ),
}


def settings() -> dict[str, typing.Any]:
    """Return the pipeline's settings, from the command line or their defaults."""

    def given(name: str, default: str) -> str:
        return get_var(name) or default  # None, too, where doit has not read its command line

    data = given("data", "demo")
    profile = given("profile", "auto")
    if profile == "auto":
        profile = "quick" if data == "demo" else "paper"
    return {
        "data": data if data in ("demo", "public") else str(Path(data).resolve()),
        "run": str(Path(given("run", f"runs/{Path(data).name}")).resolve()),
        "visual": given("visual", "auto"),
        "topics": int(given("topics", "0")),
        "topic_seed": int(given("topic_seed", "0")),
        "profile": profile,
        "seeds": int(given("seeds", "3")),
        "epochs": int(given("epochs", "0")),
    }


os.environ.setdefault("PYTHONWARNINGS", "ignore:IProgress not found")
os.environ.setdefault("TQDM_MININTERVAL", "0.5" if sys.stderr.isatty() else "10")
SETTINGS = settings()
RUN = Path(SETTINGS["run"])
RUN.mkdir(parents=True, exist_ok=True)
DOIT_CONFIG = {
    "default_tasks": ["book"],
    "dep_file": str(RUN / ".doit.json"),
    "backend": "json",
    "verbosity": 2,
}


def check_parameters(notebook: Path, kind: type[Read], values: dict[str, typing.Any]) -> None:
    """Check parameters by name and type against the stage and the notebook's own cell.

    Raises
    ------
    ValueError
        Naming every parameter that is missing, unknown or of another type.
    """
    types = typing.get_type_hints(kind)
    declared = set(papermill.inspect_notebook(str(notebook)))
    problems = [f"{name} is missing" for name in types if name not in values]
    problems += [f"{name} is unknown" for name in values if name not in types]
    problems += [
        f"{name} must be {types[name].__name__}, not {value!r}"
        for name, value in values.items()
        if name in types and type(value) is not types[name]
    ]
    problems += [
        f"{name} is not in the notebook's parameters cell" for name in types.keys() - declared
    ]
    problems += [f"{name} is in the notebook's cell only" for name in declared - types.keys()]
    if problems:
        raise ValueError(f"{notebook.name}: " + "; ".join(problems))


def execute(name: str, parameters: dict[str, typing.Any]) -> TaskFailed | None:
    """Execute a notebook into the run folder; a failing one leaves its partly executed copy."""
    source, target = NOTEBOOKS / f"{name}.ipynb", RUN / "notebooks" / f"{name}.ipynb"
    failed = target.with_suffix(".failed.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    check_parameters(source, STAGES[name].parameters, parameters)
    print(f"{name}: executing", flush=True)
    for attempt in range(1, KERNEL_STARTS + 1):
        try:
            papermill.execute_notebook(
                str(source),
                str(failed),
                parameters,
                kernel_name="python3",
                cwd=str(NOTEBOOKS),
                progress_bar=False,
                stderr_file=sys.stderr,
                extra_arguments=["--log-level=CRITICAL", "--IPKernelApp.capture_fd_output=False"],
            )
            break
        except papermill.PapermillExecutionError as error:
            cell = f"cell {error.exec_count} ({_first_line(error.source)})"
            return TaskFailed(
                f"{name}: {cell} raised {error.ename}: {error.evalue}\n"
                f"  the partly executed copy is {failed}"
            )
        except RuntimeError as error:
            # Kernels that start at the same moment can be given the same port; one of them dies.
            if attempt == KERNEL_STARTS:
                return TaskFailed(f"{name}: the kernel did not start: {error}")
    os.replace(failed, target)
    print(f"{name}: done", flush=True)
    return None


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:80]


def lib_sources(notebook: Path) -> list[Path]:
    """Return the modules of the library that a notebook imports, directly or not."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    pending, found = list(_imports(code)), set()
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += _imports_of(path)
    return sorted(found)


@cache
def _imports_of(path: Path) -> tuple[Path, ...]:
    return _imports(path.read_text(encoding="utf-8"))


def _imports(code: str) -> tuple[Path, ...]:
    """Return the library files that a piece of code imports."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = []
    for name in names:
        parts = name.split(".")
        if parts[0] != "morning":
            continue
        for end in range(1, len(parts) + 1):
            base = LIB.joinpath(*parts[:end])
            files += [f for f in (base / "__init__.py", base.with_suffix(".py")) if f.is_file()]
    return tuple(files)


def task_notebook() -> typing.Iterator[dict[str, typing.Any]]:
    """Execute the notebooks that are out of date."""
    for name, stage in STAGES.items():
        source = NOTEBOOKS / f"{name}.ipynb"
        public = SETTINGS["data"] == "public"
        reads = stage.reads + (stage.reads_released if public else ())
        writes = stage.writes + (stage.writes_released if public else ())
        parameters = {f.name: SETTINGS[f.name] for f in dataclasses.fields(stage.parameters)}
        yield {
            "name": name,
            "actions": [(execute, [name, parameters])],
            "file_dep": [source, *lib_sources(source), *(RUN / path for path in reads)],
            "targets": [RUN / "notebooks" / f"{name}.ipynb", *(RUN / p for p in writes)],
            "uptodate": [_config(parameters)],
            "title": lambda task: task.name,
        }


def _config(parameters: dict[str, typing.Any]) -> typing.Any:
    return config_changed({key: str(value) for key, value in parameters.items()})


def task_parameters() -> dict[str, typing.Any]:
    """Record the settings of the run."""

    def write() -> None:
        (RUN / "parameters.json").write_text(json.dumps(SETTINGS, indent=1) + "\n")

    return {
        "actions": [write],
        "targets": [RUN / "parameters.json"],
        "uptodate": [_config(SETTINGS)],
    }


def task_book() -> dict[str, typing.Any]:
    """Render the executed notebooks as an HTML book."""
    executed = [RUN / "notebooks" / f"{name}.ipynb" for name in STAGES]
    pages = [p for p in (ROOT / "book").glob("*") if p.is_file()]
    index = ROOT / "book" / "_build" / "html" / "index.html"
    return {
        "actions": [(build_book, [ROOT / "book", executed, SETTINGS])],
        "file_dep": [*executed, *pages, RUN / "parameters.json"],
        "targets": [index],
        "uptodate": [_config(SETTINGS)],
        "task_dep": ["parameters"],
    }

"""The notebooks as stages: what each takes, reads and writes."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from morning.errors import MorningError
from morning.run import FULL, Run
from morning.studies.ablations import NAMES, folder_of
from morning.studies.gap import EXPERIMENTS

from morning_book import RESULTS, ROOT

#: What `make publish` writes.
PUBLIC = RESULTS / "public.json"
_READ = ("data", "run")
_EXTRACT = (*_READ, "visual", "topics", "topic_seed")
_TRAIN = (*_READ, "profile", "seeds", "epochs")
_COMPARE = (*_TRAIN, "visual", "label_posts")


@dataclass(frozen=True)
class Stage:
    """One notebook."""

    name: str
    takes: tuple[str, ...]
    """Settings that are its parameters."""
    reads: tuple[Path, ...]
    """What earlier notebooks wrote."""
    writes: tuple[Path, ...]
    """Its last files: without one of them it is executed again."""
    opens_data: bool = False
    """Whether it opens the data themselves, not only what was made from them."""
    after: tuple[str, ...] = ()
    """Stages to execute before, although it reads nothing of theirs: so that with two at a time
    what others wait for starts first, and the longest, the baselines, not last."""
    fills: tuple[Path, ...] = ()
    """Folders of what it writes beside."""

    @property
    def notebook(self) -> Path:
        """The notebook of the story."""
        return ROOT / "notebooks" / f"{self.name}.ipynb"

    def parameters(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters that settings give it.

        Raises
        ------
        MorningError
            If the notebook's own cell has others, or of another type.
        """
        values = {name: settings[name] for name in self.takes}
        check_parameters(self.notebook, values)
        return values


def stages(run: Run, *, released: bool) -> list[Stage]:
    """Return the notebooks in their order, with places in `run`.

    Parameters
    ----------
    run : Run
    released : bool
        Whether the data are the public benchmark, which has a released graph to read in two ways.
    """
    dataset, model = run.results("table2_dataset"), run.results("model")
    content, audience, attribute = map(run.note, ("content", "audience", "attribute"))
    readings = tuple(map(run.embedding, ("max", "last"))) if released else ()
    trained = (run.manifest, model)
    compared = (run.results("table4_ablations"), run.results("table3_baselines"))
    looked = {name: (run.note(name), run.skipped(name)) for name in ("content", "audience")}
    experiments = [RESULTS / f"{name}.json" for name in EXPERIMENTS]
    committed = (PUBLIC, *(path for path in experiments if path.is_file()))
    prepared = {name: run.prepared / name for name in ("networks", "attributes")}
    prepared |= {name: run.prepared / f"{name}_topics" for name in looked}
    benchmark = Stage("13_benchmark", _READ, committed, (), after=("04_attribute_graph",))
    return [
        Stage("01_dataset", _READ, (), (dataset, run.candidates), opens_data=True),
        Stage(
            "02_content_features",
            (*_EXTRACT, "label_posts"),
            (dataset,),
            looked["content"],
            opens_data=True,
            fills=(run.perspective("content"), prepared["content"], prepared["networks"]),
        ),
        Stage(
            "03_audience_features",
            _EXTRACT,
            (content,),
            looked["audience"],
            opens_data=True,
            fills=(run.perspective("audience"), prepared["audience"]),
        ),
        Stage(
            "04_attribute_graph",
            _READ,
            (dataset,),
            (attribute, *readings),
            opens_data=True,
            fills=(run.perspective("attribute"), prepared["attributes"]),
        ),
        Stage(
            "05_model",
            _TRAIN,
            (content, audience, attribute),
            (*trained, run.chances),
            fills=(run.vectors, run.model(), run.best),
        ),
        Stage(
            "06_ablations",
            _TRAIN,
            trained,
            (run.results("table4_ablations"),),
            fills=tuple(run.model(folder_of(name)) for name in NAMES if name != FULL),
        ),
        Stage(
            "07_category_breakdowns",
            _TRAIN,
            trained,
            (run.results("table5_categories"),),
            after=("08_baselines",),
        ),
        Stage(
            "08_baselines",
            _COMPARE,
            trained,
            (run.results("table3_baselines"),),
            opens_data=True,
            fills=(run.comparison,),
        ),
        Stage(
            "09_audit",
            _TRAIN,
            (*trained, *readings),
            (run.results("audit"),),
            opens_data=True,
            after=("06_ablations",),
            fills=(run.model("audit"),),
        ),
        Stage("10_claims", (*_READ, "profile"), (*trained, *compared), (run.results("claims"),)),
        Stage(
            "11_case_study",
            (*_READ, "profile", "label_posts"),
            trained,
            (run.results("case_study"),),
            True,
            after=("08_baselines",),
        ),
        Stage(
            "12_recommend",
            _READ,
            (*trained, run.candidates, run.chances),
            (run.results("recommend"), run.explorer),
            opens_data=True,
            after=("09_audit",),
        ),
        *([] if released else [benchmark]),
        Stage("14_gap", _READ, committed, (), after=("04_attribute_graph",)),
        Stage(
            "00_first_ten",
            _READ,
            (*trained, run.candidates, run.chances),
            (),
            opens_data=True,
            after=("09_audit",),
        ),
    ]


def code_of_cells(notebook: Path) -> str:
    """Return the code of a notebook's cells."""
    return "\n".join(source for source, _ in _code_cells(notebook))


def parameters_cell(notebook: Path) -> dict[str, Any]:
    """Return names and defaults of a notebook's parameters."""
    cells = [source for source, tags in _code_cells(notebook) if "parameters" in tags]
    return {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse("\n".join(cells)).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def check_parameters(notebook: Path, values: Mapping[str, Any]) -> None:
    """Check parameters by name and type against the notebook's own cell.

    Raises
    ------
    MorningError
        Naming every parameter that is missing, unknown or of another type.
    """
    cell = parameters_cell(notebook)
    problems = [f"{name} is missing" for name in cell if name not in values]
    problems += [f"{name} is not in its parameters cell" for name in values if name not in cell]
    problems += [
        f"{name} must be {type(cell[name]).__name__}, not {value!r}"
        for name, value in values.items()
        if name in cell and type(value) is not type(cell[name])
    ]
    if problems:
        raise MorningError(f"{notebook.name}: " + "; ".join(problems))


def _code_cells(notebook: Path) -> list[tuple[str, list[str]]]:
    """Return source and tags of every code cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        ("".join(cell["source"]), cell["metadata"].get("tags", []))
        for cell in cells
        if cell["cell_type"] == "code"
    ]

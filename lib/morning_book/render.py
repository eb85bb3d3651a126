"""Render the book: pages and executed notebooks -> HTML that opens offline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from morning.errors import MorningError
from morning.files import read_json, rename_folder
from morning.run import Run

from morning_book.licences import licence_parts
from morning_book.lines import table_lines
from morning_book.provenance import portable, versions
from morning_book.repository import add_buttons, elsewhere, repository
from morning_book.scale import scale_parts
from morning_book.speed import speed_parts
from morning_book.trust import trust_parts

if TYPE_CHECKING:
    from morning.sources import Source

#: What is no page of its own: notes and numbers that a page takes in, what Jupyter Book leaves.
_NO_PAGES = ("about", "results", "_build")
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
#: Output of a captioned cell that showed nothing: it keeps its number, and is referred to.
_NOTHING = {
    "output_type": "display_data",
    "data": {"text/html": "<p>There is nothing to show here, with these data and settings.</p>"},
    "metadata": {},
}


def render_book(
    pages: Path,
    notebooks: Sequence[Path],
    settings: Mapping[str, Any],
    tags: Mapping[str, bool],
    output: Path,
    caution: str = "",
    beside: Sequence[Path] = (),
) -> None:
    """Assemble the sources and run Jupyter Book on them, warnings as errors.

    Parameters
    ----------
    pages : Path
        Folder of the pages.
    notebooks : sequence of Path
        Executed notebooks.
    settings : mapping
        Of the run, for the page on execution and environment.
    tags : mapping of str to bool
        Which tagged cells are about data like these; see `tags_of`.
    output : Path
        Folder that gets `html/`, whole or not at all.
    caution : str
        Sentence below the title of every notebook; see `morning.evaluation.protocol.caution`.
    beside : sequence of Path
        Pages that are whole already; they lie beside the first page of the book.

    Raises
    ------
    MorningError
        If Jupyter Book fails, with the end of what it said.
    """
    build, source = output / "_build", output / "source"
    for folder in (build, source):
        shutil.rmtree(folder, ignore_errors=True)
    _assemble(pages, source, notebooks, settings, tags, caution)
    for page in beside:
        shutil.copy(page, source / "extra" / page.name)
    command = [sys.executable, "-c", _JUPYTER_BOOK]  # its script may lie in any folder
    command += ["build", str(source), "-W", "-n", "--keep-going"]
    command += ["--path-output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    log = output / "build.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode or not (build / "html" / "index.html").is_file():
        said = (done.stdout + done.stderr).splitlines()
        reasons = [line for line in said if "WARNING" in line or "ERROR" in line] or said[-20:]
        found = "\n".join(reasons)
        raise MorningError(f"Jupyter Book failed; all it said is in {log}\n{found}")
    # Jupyter Book leads on to the first page; whoever opens the folder or shares it is there.
    shutil.copy(build / "html" / "intro.html", build / "html" / "index.html")
    rename_folder(build / "html", output / "html")
    shutil.rmtree(build)


def tags_of(source: Source) -> dict[str, bool]:
    """Return which tagged cells are about data like these.

    `posts`: data with raw posts; `released`: the public benchmark; `demo`: the generated world.
    """
    return {"posts": source.has_posts, "released": source.released, "demo": source.planted}


def _assemble(
    pages: Path,
    source: Path,
    notebooks: Sequence[Path],
    settings: Mapping[str, Any],
    tags: Mapping[str, bool],
    caution: str,
) -> None:
    """Write all that Jupyter Book reads into a new folder."""
    from morning_book import cards  # the pipeline itself draws nothing
    from morning_book.front import front_parts, reading_parts

    shutil.copytree(pages, source, ignore=shutil.ignore_patterns(*_NO_PAGES))
    (source / "extra" / "mathjax").mkdir(parents=True)
    shutil.copy(_mathjax(), source / "extra" / "mathjax")
    (source / "notebooks").mkdir()
    dropped = {tag for tag, kept in tags.items() if not kept}
    kind = settings["data"] if settings["data"] in ("public", "demo") else "folder"
    data = "demo" if kind == "folder" else kind
    for notebook in notebooks:
        _copy_notebook(notebook, source / "notebooks" / notebook.name, dropped, data, caution)
    about = (pages / "about" / f"{kind}.md").read_text(encoding="utf-8").strip()
    _fill(source / "intro.md", {"about this copy": about} | front_parts(source / "intro.md"))
    shown = dict(settings) | {"data": "a folder" if kind == "folder" else kind}
    trust = trust_parts()
    parts = {
        "settings": table_lines((k, f"`{v}`") for k, v in shown.items() if k != "run"),
        "notebooks": table_lines(_spent(notebooks)),
        "hardware": table_lines(_hardware(notebooks)),
        "versions": table_lines(versions().items()),
        "elsewhere": elsewhere(repository()),
        "repeat": trust["repeat"],
    }
    add_buttons(source / "_config.yml", repository())
    _fill(source / "execution.md", parts)
    _fill(source / "reading.md", reading_parts(source / "reading.md"))
    _fill(source / "trust.md", trust)
    _fill(source / "speed.md", speed_parts(source / "speed.md"))
    _fill(source / "scale.md", scale_parts(source / "scale.md"))
    _fill(source / "model_card.md", cards.model_parts())
    _fill(source / "data_card.md", cards.data_parts())
    _fill(source / "reproduced.md", cards.reproduced_parts())
    _fill(source / "licences.md", licence_parts())


def _mathjax() -> Path:
    """Return the script that draws formulas, in one file and without fonts."""
    package = find_spec("sphinx-mathjax-offline")
    if package is None or not package.submodule_search_locations:
        raise MorningError("sphinx-mathjax-offline is not installed beside this Python")
    folder = Path(package.submodule_search_locations[0])
    return folder / "static" / "mathjax" / "tex-svg.js"


def _copy_notebook(
    notebook: Path, target: Path, dropped: set[str], data: str, caution: str
) -> None:
    """Copy an executed notebook without the cells of other data, so that the copy can be run.

    The cell of default parameters, folded, has `data` in it. A caution is added to the cell
    with the title.
    """
    content = portable(read_json(notebook))
    content["cells"] = [cell for cell in content["cells"] if not dropped & _tags(cell)]
    title, *cells = content["cells"]
    for cell in cells:
        if cell["metadata"].get("mystnb", {}).get("figure") and not cell["outputs"]:
            cell["outputs"] = [_NOTHING]
        if "parameters" in _tags(cell):
            cell["metadata"]["tags"] += ["hide-input"]
            text = "".join(cell["source"])
            cell["source"] = text.replace('data: str = "demo"', f'data: str = "{data}"')
    if caution:
        title["source"] = "".join(title["source"]) + f"\n\n```{{warning}}\n{caution}\n```"
    target.write_text(json.dumps(content), encoding="utf-8")


def _tags(cell: Mapping[str, Any]) -> set[str]:
    return set(cell["metadata"].get("tags", []))


def _fill(page: Path, parts: Mapping[str, str]) -> None:
    """Put text in the place of comments `<!-- name -->`."""
    text = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    page.write_text(text, encoding="utf-8")


def _spent(notebooks: Sequence[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield link, seconds and peak memory of executed notebooks, as far as they were recorded."""
    for path in notebooks:
        papermill = json.loads(path.read_text(encoding="utf-8"))["metadata"]["papermill"]
        peak = _record(path).get("peak_mb")
        said = "–" if peak is None else f"{peak:,}"
        yield f"[](notebooks/{path.name})", f"{papermill['duration']:.0f}", said


def _hardware(notebooks: Sequence[Path]) -> list[tuple[str, str]]:
    """Return what the notebooks were executed on; more than one machine is said."""
    found = [_record(path).get("hardware", {}) for path in notebooks]
    names = {name: None for each in found for name in each}
    return [
        (name, ", ".join(dict.fromkeys(str(each[name]) for each in found if name in each)))
        for name in names
    ]


def _record(notebook: Path) -> dict[str, Any]:
    """Return how an executed notebook came about; empty where nothing says it."""
    path = Run(notebook.parents[1]).record(notebook.stem)
    return read_json(path) if path.is_file() else {}

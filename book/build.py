"""Render the book: pages of this folder and executed notebooks -> HTML that opens offline."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jupyter_server_mathjax
import yaml

_PAGES = (
    "intro.md",
    "your_data.md",
    "glossary.md",
    "bibliography.md",
    "references.bib",
    "_config.yml",
)
_ABOUT = "<!-- about this copy -->"
_SHOWN_VERSIONS = (
    "torch",
    "gensim",
    "networkx",
    "node2vec",
    "numpy",
    "pandas",
    "scikit-learn",
    "papermill",
    "jupyter-book",
)


def build_book(
    book: Path, notebooks: Sequence[Path], settings: Mapping[str, Any], output: Path | None = None
) -> None:
    """Assemble the sources and run Jupyter Book on them, warnings as errors.

    Parameters
    ----------
    book : Path
        Folder of the pages.
    notebooks : sequence of Path
        Executed notebooks, in the order of the chapters.
    settings : mapping
        Of the run, for the page on execution and environment.
    output : Path, optional
        Folder that gets `_build/html`; default `book`.

    Raises
    ------
    RuntimeError
        If Jupyter Book fails, with the end of what it said.
    """
    output = output or book
    build = output / "_build"
    shutil.rmtree(build, ignore_errors=True)
    source = build / "source"
    _assemble(book, source, notebooks, settings)
    program = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    if program is None:
        raise RuntimeError("jupyter-book is not installed beside this Python")
    command = [program, "build", str(source), "-W", "-n", "--keep-going"]
    command += ["--path-output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (build / "build.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    index = build / "html" / "index.html"
    if done.returncode or not index.is_file():
        said = (done.stdout + done.stderr).splitlines()
        reasons = [line for line in said if "WARNING" in line or "ERROR" in line] or said[-20:]
        found = "\n".join(reasons)
        raise RuntimeError(f"Jupyter Book failed; all it said is in {build / 'build.log'}\n{found}")
    print(index, flush=True)


def _assemble(
    book: Path, source: Path, notebooks: Sequence[Path], settings: Mapping[str, Any]
) -> None:
    (source / "notebooks").mkdir(parents=True)
    for name in _PAGES:
        shutil.copy(book / name, source / name)
    intro = (source / "intro.md").read_text(encoding="utf-8")
    about = _about(settings["data"])
    (source / "intro.md").write_text(intro.replace(_ABOUT, about), encoding="utf-8")
    dropped = _dropped_tags(settings)
    for notebook in notebooks:
        _copy_notebook(notebook, source / "notebooks" / notebook.name, dropped)
    shutil.copytree(book / "_static", source / "_static")
    mathjax = Path(jupyter_server_mathjax.__file__).parent / "static"
    shutil.copytree(mathjax, source / "extra" / "mathjax")
    (source / "execution.md").write_text(_execution_page(notebooks, settings), encoding="utf-8")
    contents = {
        "format": "jb-book",
        "root": "intro",
        "parts": [
            {"caption": "The story", "chapters": [_chapter(p) for p in notebooks]},
            {
                "caption": "Reference",
                "chapters": [
                    {"file": name}
                    for name in ("your_data", "glossary", "execution", "bibliography")
                ],
            },
        ],
    }
    (source / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")


def _copy_notebook(notebook: Path, target: Path, dropped: set[str]) -> None:
    """Copy an executed notebook without its parameter cells and the cells of other data.

    Parameter cells hold paths of this machine. Cells tagged `posts`, `released` or `demo` are
    about data with raw posts, the public benchmark or the demo alone.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"] = [
        cell for cell in content["cells"] if not dropped & set(cell["metadata"].get("tags", []))
    ]
    target.write_text(json.dumps(content), encoding="utf-8")


def _dropped_tags(settings: Mapping[str, Any]) -> set[str]:
    table = json.loads(Path(settings["run"], "results", "table2_dataset.json").read_text())
    has_posts = any(row["posts"] for row in table["rows"])
    kept = {"posts": has_posts, "released": settings["data"] == "public"}
    kept["demo"] = settings["data"] == "demo"
    return {"parameters", "injected-parameters", *(tag for tag, keep in kept.items() if not keep)}


def _about(data: str) -> str:
    """Return a note on the data behind this copy of the book."""
    if data == "public":
        text = (
            "This copy was built from the **real public benchmark**: 360 brands, 3,748 "
            "influencers, the official split, and the vectors that were released."
        )
    elif data == "demo":
        text = (
            "This copy was built from a **generated demo world**. It shows the whole way from "
            "posts to a ranking and whether the software works; it is no evidence about the "
            "paper. `make book DATA=public` builds the book of the real benchmark."
        )
    else:
        text = "This copy was built from a reader's own data; it is no evidence about the paper."
    return f"```{{admonition}} The data behind this copy\n:class: important\n{text}\n```"


def _chapter(notebook: Path) -> dict[str, str]:
    return {"file": f"notebooks/{notebook.stem}"}


def _execution_page(notebooks: Sequence[Path], settings: Mapping[str, Any]) -> str:
    """Return the page that says how and with what the notebooks were executed."""
    shown = {k: v for k, v in settings.items() if k != "run"}
    shown["data"] = shown["data"] if shown["data"] in ("public", "demo") else "a folder"
    runs = [_execution(path) for path in notebooks]
    lines = [
        "# Execution and environment",
        "",
        "Every number and figure of this book was computed by the notebooks below, executed in "
        "this order with [papermill](https://papermill.readthedocs.io) and the settings shown; "
        "Jupyter Book rendered the executed copies and ran nothing itself.",
        "",
        "## Settings",
        "",
        *_table(("setting", "value"), [(k, f"`{v}`") for k, v in shown.items()]),
        "",
        "## Notebooks",
        "",
        *_table(("notebook", "seconds"), runs),
        "",
        "## Environment",
        "",
        *_table(
            ("package", "version"),
            [("Python", platform.python_version()), *((p, version(p)) for p in _SHOWN_VERSIONS)],
        ),
        "",
        "All packages are pinned in `requirements.lock`. Seeds are fixed and training uses one "
        "thread per model, so that a second run on the same machine gives the same numbers; "
        "another processor may round differently in the last digits.",
        "",
    ]
    return "\n".join(lines)


def _execution(path: Path) -> tuple[str, str]:
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]["papermill"]
    return f"[](notebooks/{path.name})", f"{metadata['duration']:.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows]

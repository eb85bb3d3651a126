"""Chapters are short, quiet about their plumbing, and refer only to what is there."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST, LONG = 120, 10
_LABEL = re.compile(r"^\(([a-z0-9-]+)\)=$|^\$\$ \(([a-z0-9-]+)\)$", re.M)
_REFERENCE = re.compile(r"\{(?:eq|numref|ref)\}`(?:[^`<]*<)?([a-z0-9-]+)>?`")


def cells(path, kind):
    content = json.loads(path.read_text(encoding="utf-8"))
    return [
        ("".join(cell["source"]), cell["metadata"])
        for cell in content["cells"]
        if cell["cell_type"] == kind
    ]


def lines(source):
    return [line for line in source.splitlines() if line.strip()]


def labels():
    """Return what pages define: sections and equations in their text, figures in their cells."""
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md")]
    pages += [source for path in NOTEBOOKS for source, _ in cells(path, "markdown")]
    found = [a or b for page in pages for a, b in _LABEL.findall(page)]
    for path in NOTEBOOKS:
        for _, metadata in cells(path, "code"):
            figure = metadata.get("mystnb", {}).get("figure", {})
            found += [figure["name"]] if "name" in figure else []
    return found


def test_labels_are_there_once():
    found = labels()
    assert {"eq-score", "sec-split", "fig-shared"} <= set(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestChapter:
    def test_is_short(self, path):
        assert sum(len(lines(source)) for source, _ in cells(path, "code")) <= MOST

    def test_long_cells_and_imports_are_folded(self, path):
        for source, metadata in cells(path, "code"):
            imports = re.match(r"(from|import) ", source)
            if imports or len(lines(source)) > LONG:
                assert "hide-input" in metadata.get("tags", []), source

    def test_uses_what_it_imports_and_asks_no_source_for_its_name(self, path):
        tree = ast.parse("\n".join(source for source, _ in cells(path, "code")))
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert imported <= used
        compared = [
            ast.unparse(node.left) for node in ast.walk(tree) if isinstance(node, ast.Compare)
        ]
        assert "data" not in compared

    def test_refers_to_what_is_there(self, path):
        text = "\n".join(source for source, _ in cells(path, "markdown"))
        assert set(_REFERENCE.findall(text)) <= set(labels())

    def test_every_figure_has_a_number_and_a_caption(self, path):
        for source, metadata in cells(path, "code"):
            if "run.figure(" in source:
                figure = metadata["mystnb"]["figure"]
                assert figure["name"].startswith("fig-")
                assert figure["caption"].strip()

"""Notebooks are thin: they call the library, hide what is long, and point at what is there."""

import ast
import json
import re
from pathlib import Path

import pytest
from morning.sources.catalogue import NAMED

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
}
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md"))
#: Kinds of data -> the tagged cells that their book has; see `morning_book.render.tags_of`.
KINDS = {"demo": {"posts", "demo"}, "public": {"released"}, "posts": {"posts"}, "vectors": set()}
CONDITIONS = set.union(*KINDS.values())

MOST_LINES = 120
LONG = 10
_REFERENCE = re.compile(r"\{(?:eq|numref|ref)\}`(?:[^`<]*<)?([^`>]+)>?`")
_NUMBERED = re.compile(r"\{numref\}`(?:[^`<]*<)?([^`>]+)>?`")
_LABEL = re.compile(r"^(?:\(([\w-]+)\)=|:name: ([\w-]+))$|\$\$ \(([\w-]+)\)", re.M)


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def code_cells(name):
    return [cell for cell in NOTEBOOKS[name] if cell["cell_type"] == "code"]


def lines(cell):
    return sum(bool(line.strip()) for line in source(cell).splitlines())


def nodes(name, *kinds):
    """Return the nodes of some kinds in the code of a notebook."""
    tree = ast.parse("\n".join(map(source, code_cells(name))))
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def figure(cell):
    """Return how the figure of a code cell is captioned, {} where it is not."""
    return cell["metadata"].get("mystnb", {}).get("figure", {})


def text_of(cell):
    """Return what a cell shows as text: its prose, or the caption of its figure."""
    return source(cell) if cell["cell_type"] == "markdown" else figure(cell).get("caption", "")


def labelled(text):
    """Return the labels that a text defines."""
    return ["".join(found) for found in _LABEL.findall(text)]


def labels(cells):
    """Return all that can be referred to: headings and equations by text, figures by metadata."""
    found = [label for cell in cells for label in labelled(text_of(cell))]
    return found + [figure(cell)["name"] for cell in cells if figure(cell)]


every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def test_chapters_are_numbered():
    assert [name[:3] for name in NOTEBOOKS] == [f"{i:02d}_" for i in range(len(NOTEBOOKS))]
    assert len(NOTEBOOKS) >= 7


@every_notebook
def test_begins_with_a_title_that_can_be_referred_to(name):
    first = NOTEBOOKS[name][0]
    assert first["cell_type"] == "markdown"
    assert re.match(r"\(ch-[a-z-]+\)=\n# ", source(first))


@every_notebook
def test_one_cell_of_parameters(name):
    (parameters,) = [cell for cell in code_cells(name) if "parameters" in tags(cell)]
    for statement in ast.parse(source(parameters)).body:
        assert isinstance(statement, ast.Assign | ast.AnnAssign)
        assert isinstance(statement.value, ast.Constant), ast.unparse(statement)


@every_notebook
def test_nothing_is_defined(name):
    assert not nodes(name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in nodes(name, ast.Assign, ast.AnnAssign, ast.NamedExpr):
        assert not isinstance(node.value, ast.Lambda), ast.unparse(node)


@every_notebook
def test_a_notebook_is_short_and_so_are_its_cells(name):
    assert sum(map(lines, code_cells(name))) <= MOST_LINES
    for cell in code_cells(name):
        assert len(source(cell).splitlines()) <= 25, source(cell)


@every_notebook
def test_imports_and_long_cells_are_hidden(name):
    importing = [
        cell for cell in code_cells(name) if re.search(r"^\s*(import|from) ", source(cell), re.M)
    ]
    assert len(importing) == 1
    long = [cell for cell in code_cells(name) if lines(cell) > LONG]
    assert all("hide-input" in tags(cell) for cell in importing + long)


@every_notebook
def test_no_output_is_stored(name):
    assert not [c for c in code_cells(name) if c["outputs"] or c["execution_count"] is not None]


@every_notebook
def test_what_is_imported_is_used(name):
    imported = {
        alias.asname or alias.name.split(".")[0]
        for node in nodes(name, ast.Import, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == imported & {node.id for node in nodes(name, ast.Name)}


@every_notebook
def test_what_depends_on_the_data_is_a_tag_or_none(name):
    """What is special about a source is asked of it, not of its name."""
    known = {f"'{each}'" for each in NAMED}
    asked = [ast.unparse(node) for node in nodes(name, ast.Compare, ast.Match)]
    assert not [said for said in asked if any(one in said for one in known)]
    compared = [node for test in nodes(name, ast.Compare) for node in ast.walk(test)]
    assert "data" not in {node.id for node in compared if isinstance(node, ast.Name)}


@pytest.mark.parametrize("kind", KINDS)
def test_references_have_a_target_whatever_the_data(kind):
    """A reference and its target may stand in cells that other data do not have."""
    cells = [
        cell for cells in NOTEBOOKS.values() for cell in cells
        if tags(cell) & CONDITIONS <= KINDS[kind]
    ]  # fmt: skip
    defined = labels(cells) + labelled(PAGES)
    assert len(defined) == len(set(defined))
    wanted = {target for cell in cells for target in _REFERENCE.findall(text_of(cell))}
    wanted |= set(_REFERENCE.findall(PAGES))
    assert wanted
    assert wanted <= set(defined)


@every_notebook
def test_figures_and_tables_are_captioned_and_the_text_leads_to_them(name):
    captioned = [figure(cell) for cell in code_cells(name) if figure(cell)]
    assert all(each.get("caption") and each.get("name") for each in captioned)
    wanted = {target for cell in NOTEBOOKS[name] for target in _NUMBERED.findall(text_of(cell))}
    missing = [each["name"] for each in captioned if each["name"] not in wanted]
    assert not missing, f"no {{numref}} leads to {', '.join(missing)}"

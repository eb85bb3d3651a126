"""Notebooks are thin: they call the library, hide what is long, and point at what is there."""

import ast
import json
import re
import shlex
from pathlib import Path

import pytest
from morning.sources.catalogue import NAMED
from morning_book.settings import Settings
from morning_book.stages import check_parameters, parameters_cell

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
RERUN = "**Change this and run again.**"
_REFERENCE = re.compile(r"\{(?:eq|numref|ref)\}`(?:[^`<]*<)?([^`>]+)>?`")
_NUMBERED = re.compile(r"\{numref\}`(?:[^`<]*<)?([^`>]+)>?`")
_SHELL = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.M | re.S)
_LABEL = re.compile(r"^(?:\(([\w-]+)\)=|:name: ([\w-]+))$|\$\$ \(([\w-]+)\)", re.M)


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def code_cells(name):
    return [cell for cell in NOTEBOOKS[name] if cell["cell_type"] == "code"]


def lines(cell):
    return sum(bool(line.strip()) for line in source(cell).splitlines())


def imports(cell):
    """Whether a code cell imports something."""
    return bool(re.search(r"^\s*(import|from) ", source(cell), re.M))


def section(name, title):
    """Return the cells of a section of a chapter, its heading first."""
    found, inside = [], False
    for cell in NOTEBOOKS[name]:
        heading = re.search(r"^## (.*)$", source(cell), re.M)
        if cell["cell_type"] == "markdown" and heading:
            inside = heading[1] == title
        found += [cell] if inside else []
    return found


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
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.value, ast.Constant), ast.unparse(statement)


@every_notebook
def test_nothing_is_defined(name):
    assert not nodes(name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in nodes(name, ast.Assign, ast.AnnAssign, ast.NamedExpr):
        assert not isinstance(node.value, ast.Lambda), ast.unparse(node)


@every_notebook
def test_a_notebook_is_short_and_so_are_its_cells(name):
    """Solutions come after the page, and imports, folded, are no reading."""
    page = [cell for cell in code_cells(name) if "solution" not in tags(cell)]
    assert sum(map(lines, page)) <= MOST_LINES
    for cell in code_cells(name):
        assert imports(cell) or len(source(cell).splitlines()) <= 25, source(cell)


@every_notebook
def test_imports_and_long_cells_are_hidden(name):
    importing = [cell for cell in code_cells(name) if imports(cell)]
    assert len(importing) == 1
    long = [cell for cell in code_cells(name) if lines(cell) > LONG]
    assert all(tags(cell) & {"hide-input", "hide-cell"} for cell in importing + long)


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
def test_nothing_depends_on_the_folder_in_which_the_kernel_starts(name):
    """Its run is found by `Run.named`, and no other place is told from the current folder."""
    calls = [ast.unparse(node.func) for node in nodes(name, ast.Call)]
    assert calls.count("Run.named") == 1
    assert "Run" not in calls
    texts = [str(node.value) for node in nodes(name, ast.Constant)]
    assert not [text for text in texts if text.startswith(("./", "../"))]


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


def kept(cells, kind):
    """Return the cells that the book of a kind of data has."""
    return [cell for cell in cells if tags(cell) & CONDITIONS <= KINDS[kind]]


@pytest.mark.parametrize("kind", KINDS)
@every_notebook
def test_two_or_three_exercises_each_with_a_folded_solution(name, kind):
    """Of vectors alone, of which nothing is made anew, one will do."""
    heading, *cells, last = kept(section(name, "Exercises"), kind)
    assert source(heading) == "## Exercises"
    assert source(last).startswith(RERUN)
    tasks, solutions = cells[::2], cells[1::2]
    numbers = [re.match(r"\*\*Exercise (\d): [^*]+[.?]\*\* ", source(task)) for task in tasks]
    assert [int(found[1]) for found in numbers] == list(range(1, len(tasks) + 1))
    assert (1 if kind == "vectors" else 2) <= len(tasks) <= 3
    for task, solution in zip(tasks, solutions, strict=True):
        assert tags(task) & CONDITIONS == tags(solution) & CONDITIONS
        assert {"hide-cell", "solution"} <= tags(solution)
        assert solution["metadata"]["mystnb"]["code_prompt_show"] == "Show the solution"


@every_notebook
def test_no_cell_uses_a_name_that_other_data_do_not_have(name):
    """What a tagged cell makes is not there in a copy without the cell, which is to be run too."""
    made, missing = {}, set()
    for cell in code_cells(name):
        conditions, found = tags(cell) & CONDITIONS, list(ast.walk(ast.parse(source(cell))))
        names = [node for node in found if isinstance(node, ast.Name)]
        own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        read = {node.id for node in names} - own
        missing |= {each for each in read if not made.get(each, set()) <= conditions}
        for each in own:
            made[each] = made.get(each, conditions) & conditions
    assert not missing


def commands(text):
    """Return the lines of a page that are to be typed, each as its words."""
    typed = [
        line for block in _SHELL.findall(text) for line in block.replace("\\\n", "").splitlines()
    ]
    typed += re.findall(r"`((?:make|papermill) [^`]+)`", text)
    return [shlex.split(line, comments=True) for line in typed if line.strip()]


def check_papermill(words):
    """Check that a call of papermill names a notebook and parameters of it, each of its type."""
    notebook = ROOT / next(word for word in words if word.startswith("notebooks/"))
    places = [i for i, word in enumerate(words) if word == "-p"]
    values = {words[i + 1]: words[i + 2] for i in places}
    defaults = parameters_cell(notebook)
    given = {n: int(value) if value.isdecimal() else value for n, value in values.items()}
    check_parameters(notebook, defaults | given)
    assert "/" not in values["run"]
    assert values["run"] not in NAMED, "a line that is tried leaves the run alone"


def check_make(words):
    """Check that a call of make names a target, and settings with values that make sense."""
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    settings = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    assert {word for word in words[1:] if "=" not in word} <= set(targets)
    if "book" in words:
        Settings.read(settings, ROOT)


CHECKS = {"papermill": check_papermill, "make": check_make}


@every_notebook
def test_what_a_page_says_to_type_can_be_typed(name):
    texts = [source(cell) for cell in NOTEBOOKS[name] if cell["cell_type"] == "markdown"]
    typed = [words for text in texts for words in commands(text)]
    for program, *words in typed:
        if check := CHECKS.get(Path(program).name):
            check([program, *words])
    rerun = commands(source(section(name, "Exercises")[-1]))
    assert any(Path(words[0]).name in CHECKS for words in rerun)


def test_pages_beside_the_chapters_say_what_can_be_typed():
    for words in commands(PAGES):
        if check := CHECKS.get(Path(words[0]).name):
            check(words)

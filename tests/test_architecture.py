"""The map in ARCHITECTURE.md is the code's: every room is on it, and imports go down."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIB = ROOT / "lib"
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FLOORS = [line.split() for line in re.search(r"```floors\n(.*?)```", MAP, re.S)[1].splitlines()]
FLOOR = {room: number for number, rooms in enumerate(reversed(FLOORS)) for room in rooms}


def room(dotted):
    """Return the room of a module by its dotted name; None for the package's front door."""
    package, *parts = dotted.split(".")
    if package == "morning_book":
        return package
    nested = "/".join(parts[:2])
    return nested if nested in FLOOR else (parts[0] if parts else None)


def imported(tree):
    """Yield what is imported at run time, wherever it stands."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def arrows():
    for path in [*LIB.glob("morning/**/*.py"), *LIB.glob("morning_book/**/*.py")]:
        name = ".".join(path.relative_to(LIB).with_suffix("").parts).removesuffix(".__init__")
        for target in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if target.split(".")[0] in ("morning", "morning_book"):
                yield name, target


def test_every_room_is_on_the_map_and_no_other():
    rooms = {room(name) for name, _ in arrows()} | {room(target) for _, target in arrows()}
    unknown = {"__version__", None}
    assert rooms - unknown == set(FLOOR)
    described = set(re.findall(r"`([\w/]+)`", MAP.split("## What may import")[0]))
    assert set(FLOOR) <= described


def test_imports_go_down():
    wrong = [
        f"{name} imports {target}"
        for name, target in arrows()
        if (here := room(name)) and (there := room(target)) in FLOOR and here != there
        if FLOOR[there] >= FLOOR[here]
    ]
    assert not wrong


def test_the_library_knows_nothing_of_notebooks():
    for path in LIB.glob("morning/**/*.py"):
        modules = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
        assert not modules & {"papermill", "doit", "nbformat", "jupyter_book"}, path


def test_files_that_the_map_names_exist():
    for name in re.findall(r"`(tests/[\w/]+\.py)`", MAP) + re.findall(r"\]\(([\w/]+)\.md\)", MAP):
        assert (ROOT / name).exists() or (ROOT / f"{name}.md").exists(), name

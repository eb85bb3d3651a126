"""Which code decides an artefact: the modules that a module imports, and a digest of them."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_LIB = Path(__file__).parents[1]
_PACKAGE = Path(__file__).parent.name
_DATA = (".json", ".csv", ".tsv")
#: Files that decide no artefact: they hold messages, and a test holds them to that.
IGNORED = (Path(__file__).parent / "errors.py",)


def code_of(*modules: str) -> str:
    """Return a SHA-256 of everything in the package that modules import, directly or not.

    Comments, docstrings and layout do not count; package data beside the modules do.

    Parameters
    ----------
    *modules : str
        Dotted names, such as `morning.models.training`.
    """
    digest = hashlib.sha256()
    for name, substance in _substances(closure(*modules)):
        digest.update(name.encode() + substance)
    return digest.hexdigest()


def digests(code: str) -> dict[str, str]:
    """Return the SHA-256 of each file that a piece of code imports from the package, by its name.

    What counts is what counts in `code_of`.
    """
    found = _substances(closure(code=code))
    return {name: hashlib.sha256(substance).hexdigest() for name, substance in found}


def closure(*modules: str, code: str = "") -> tuple[Path, ...]:
    """Return the files that modules, or a piece of code, import from the package.

    Parameters
    ----------
    *modules : str
        Dotted names; they are among the files themselves.
    code : str
        Python, such as the cells of a notebook.

    Returns
    -------
    tuple of Path
        Modules, the `__init__` files on the way, and the package data beside them, sorted.

    Raises
    ------
    ValueError
        If there is no such module.
    """
    if unknown := [name for name in modules if not _module(name)]:
        raise ValueError(f"no module {', '.join(unknown)} in {_LIB}")
    pending = [path for name in modules for path in _files(name)]
    pending += [path for name in _imported(ast.parse(code)) for path in _files(name)]
    found: set[Path] = set()
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += _imports(path)
    folders = {path.parent for path in found}
    data = {file for folder in folders for file in folder.iterdir() if file.suffix in _DATA}
    return tuple(sorted(found | data))


def _substances(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and substance of the files that decide something."""
    for path in files:
        if path not in IGNORED:
            yield path.relative_to(_LIB).as_posix(), _substance(path)


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """Return the files of the package that one of its files imports."""
    names = _imported(ast.parse(path.read_bytes()))
    return tuple(file for name in names for file in _files(name))


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that are imported at run time, wherever they stand."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from _imported(ast.Module(node.orelse, []))
        else:
            yield from _imported(node)


def _files(name: str) -> Iterable[Path]:
    """Return the files that importing a dotted name of the package reads first."""
    parts = name.split(".")
    if parts[0] != _PACKAGE:
        return []
    prefixes = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    files = [path for prefix in prefixes if (path := _module(prefix))]
    if len(files) == len(parts) - 1 and (home := _homes(files[-1]).get(parts[-1])):
        return [*files, *_files(home)]
    return files


def _module(name: str) -> Path | None:
    base = _LIB.joinpath(*name.split("."))
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


@cache
def _homes(path: Path) -> dict[str, str]:
    """Return what a lazy package says of its names: name -> module, from its `_HOMES`."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES":
            return dict(ast.literal_eval(node.value))
    return {}


@cache
def _substance(path: Path) -> bytes:
    """Return what of a file can change what it does."""
    content = path.read_bytes()
    if path.suffix != ".py":
        return content
    tree = ast.parse(content)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            node.body = body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree).encode()


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )

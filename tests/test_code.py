"""Which code decides an artefact: import closures and digests."""

import ast
from pathlib import Path

import pytest
from morning import code, errors

LIB = Path(code.__file__).parent


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a maker of a small package that takes the place of the library."""
    root = tmp_path / "morning"
    root.mkdir()
    monkeypatch.setattr(code, "_LIB", tmp_path)
    monkeypatch.setattr(code, "IGNORED", (root / "errors.py",))

    def write(**files: str) -> Path:
        for cached in (code._imports, code._homes, code._substance):
            cached.cache_clear()
        for name, text in ({"__init__": ""} | files).items():
            path = root / (name.replace("__dot__", ".") if "__dot__" in name else f"{name}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    yield write
    for cached in (code._imports, code._homes, code._substance):
        cached.cache_clear()


def names(*modules, **options):
    return {path.name for path in code.closure(*modules, **options)}


class TestClosure:
    def test_follows_imports_to_the_end_and_no_further(self, package):
        package(a="from morning import b", b="def f():\n    import morning.c", c="", d="")
        assert names("morning.a") == {"__init__.py", "a.py", "b.py", "c.py"}
        assert names("morning.c") == {"__init__.py", "c.py"}

    def test_imports_for_type_checkers_do_not_count(self, package):
        package(
            a="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import morning.b\n"
            "else:\n    import morning.c",
            b="",
            c="",
        )
        assert names("morning.a") == {"__init__.py", "a.py", "c.py"}

    def test_a_lazy_package_leads_to_the_home_of_a_name_alone(self, package):
        homes = "_HOMES = {'load': 'morning.s.source', 'other': 'morning.s.archive'}"
        package(**{"s/__init__": homes, "s/source": "", "s/archive": ""}, a="")
        found = names(code="from morning.s import load")
        assert found == {"__init__.py", "source.py"}
        assert len(code.closure(code="from morning.s import load")) == 3

    def test_package_data_lie_beside_their_modules(self, package):
        root = package(**{"s/__init__": "", "s/a": "", "t/__init__": ""})
        (root / "s" / "words.json").write_text("{}")
        (root / "t" / "other.csv").write_text("")
        assert names("morning.s.a") == {"__init__.py", "a.py", "words.json"}

    def test_circles_end(self, package):
        package(a="import morning.b", b="import morning.a")
        assert names("morning.a") == {"__init__.py", "a.py", "b.py"}

    def test_an_unknown_module_is_named(self, package):
        package()
        with pytest.raises(ValueError, match=r"morning\.nowhere"):
            code.closure("morning.nowhere")


class TestDigest:
    def test_follows_what_is_computed_and_not_how_it_is_described(self, package):
        package(a="def f():\n    '''Old.'''\n    return 1")
        before = code.code_of("morning.a")
        package(a="# a comment\ndef f():\n    '''New words.'''\n\n    return (1)")
        assert code.code_of("morning.a") == before
        package(a="def f():\n    return 2")
        assert code.code_of("morning.a") != before

    def test_an_edit_far_down_and_of_data_counts(self, package):
        root = package(a="from morning import b", b="X = 1")
        first = code.code_of("morning.a")
        package(a="from morning import b", b="X = 2")
        second = code.code_of("morning.a")
        (root / "b.json").write_text("[1]")
        assert len({first, second, code.code_of("morning.a")}) == 3

    def test_a_file_that_only_holds_messages_is_ignored(self, package):
        package(a="from morning import errors", errors="class Error(Exception): ...")
        before = code.code_of("morning.a")
        package(a="from morning import errors", errors="class Other(Exception): ...")
        assert code.code_of("morning.a") == before


def test_what_is_ignored_holds_no_computation():
    """The error classes import nothing that computes, and what spells text of the data."""
    assert list(code.IGNORED) == [LIB / "errors.py"]
    files = [LIB / name for name in ("__init__.py", "errors.py", "plain.py")]
    assert code.closure("morning.errors") == tuple(files)
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(Path(errors.__file__).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= {
        *("__future__", "collections.abc", "dataclasses", "itertools", "logging", "typing"),
        "morning.plain",
    }


def test_training_is_decided_by_model_loss_and_metrics_and_not_by_figures():
    found = {path.relative_to(LIB).as_posix() for path in code.closure("morning.models.training")}
    assert {"models/morning.py", "learning/losses.py", "evaluation/metrics.py"} <= found
    assert not any(path.startswith(("report/", "studies/", "rankers/")) for path in found)

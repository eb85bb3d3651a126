"""What notebooks depend on: their code, and the files of data and weights."""

import os
import shutil
from pathlib import Path

import pytest
from morning.features.visual.weights import NETWORKS
from morning_book import ROOT, dependencies
from morning_book.dependencies import (
    code_files,
    files_below,
    inputs_are_the_same,
    record_inputs,
)
from morning_book.settings import Settings
from toys.cache import own_cache

LIB = ROOT / "lib" / "morning"


def sources(name: str) -> set[str]:
    found = code_files(ROOT / "notebooks" / f"{name}.ipynb")
    return {path.relative_to(LIB).as_posix() for path in found if path.is_relative_to(LIB)}


class TestCode:
    def test_what_is_imported_and_nothing_else(self):
        assert "models/training.py" in sources("05_model")
        assert "models/objectives.py" in sources("06_ablations")
        assert "models/training.py" not in sources("01_dataset")
        assert "attributes/embedding.py" in sources("04_attribute_graph")
        assert "cli.py" not in sources("05_model")

    def test_data_of_the_package(self):
        assert "attributes/isa.tsv" in sources("04_attribute_graph")
        assert {"sources/registry.json", "sources/brand_categories.csv"} <= sources("01_dataset")
        assert "sources/demo/vocabulary.json" in sources("01_dataset")

    def test_the_notebook_itself(self):
        notebook = ROOT / "notebooks" / "01_dataset.ipynb"
        assert notebook in code_files(notebook)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of data with two files, one of them below."""
    (tmp_path / "mine" / "images").mkdir(parents=True)
    (tmp_path / "mine" / "accounts.csv").write_text("account_id\n")
    (tmp_path / "mine" / "images" / "1.jpg").write_bytes(b"1")
    return tmp_path / "mine"


def look(folder: Path, kind: str = "data", **texts: str) -> str:
    given = {"data": str(folder), **texts} if kind == "data" else {"visual": str(folder), **texts}
    return record_inputs(kind, Settings.read(given, folder.parent), ["01_dataset"])


class TestInputs:
    def test_nothing_changed(self, folder, capsys):
        assert look(folder) == look(folder)
        assert capsys.readouterr().out == ""

    def test_an_edit_is_named_with_who_uses_it(self, folder, capsys):
        before = look(folder)
        (folder / "accounts.csv").write_text("account_id\nb1\n")
        assert look(folder) != before
        assert capsys.readouterr().out == "accounts.csv changed: redoing 01_dataset\n"

    def test_what_size_and_time_hide_is_seen(self, folder):
        before, state = look(folder), (folder / "accounts.csv").stat()
        (folder / "accounts.csv").write_text("account-id\n")
        os.utime(folder / "accounts.csv", ns=(state.st_atime_ns, state.st_mtime_ns))
        assert look(folder) != before

    def test_a_change_since_then_fails(self, folder):
        settings = Settings.read({"data": str(folder)}, folder.parent)
        look(folder)
        assert inputs_are_the_same("data", settings) is None
        (folder / "images" / "1.jpg").unlink()
        failed = inputs_are_the_same("data", settings)
        assert failed.message == "images/1.jpg changed meanwhile; call again"

    def test_more_and_fewer_files(self, folder, capsys):
        before = look(folder)
        for i in range(5):
            (folder / f"{i}.csv").touch()
        (folder / "images" / "1.jpg").unlink()
        assert look(folder) != before
        assert capsys.readouterr().out.startswith("0.csv, 1.csv, 2.csv, 3 more changed")

    def test_the_same_content_again_is_no_change(self, folder, capsys):
        before = look(folder)
        os.utime(folder / "accounts.csv", (1, 1))
        assert look(folder) == before
        assert capsys.readouterr().out == ""

    def test_only_what_looks_changed_is_read(self, folder, monkeypatch):
        look(folder)
        read = []
        monkeypatch.setattr(dependencies, "sha256", lambda path: read.append(path.name) or "0")
        os.utime(folder / "images" / "1.jpg", (1, 1))
        look(folder)
        assert read == ["1.jpg"]

    def test_a_run_inside_the_data_is_no_part_of_them(self, folder):
        before = look(folder, run=str(folder / "run"))
        (folder / "run" / "results").mkdir()
        (folder / "run" / "results" / "model.json").touch()
        assert look(folder, run=str(folder / "run")) == before

    def test_hidden_files_do_not_count(self, folder):
        (folder / ".git").mkdir()
        (folder / ".git" / "index").touch()
        assert list(files_below(folder, folder / "run")) == ["accounts.csv", "images/1.jpg"]

    def test_networks_that_appear_and_vanish_redo_what_looks(self, folder, monkeypatch, capsys):
        own_cache(monkeypatch, folder.parent / "cache")
        mine = {"data": str(folder), "visual": "auto"}
        without = look(folder, "weights", **mine)
        assert look(folder, "weights", **mine) == without
        weights = folder.parent / "weights"
        weights.mkdir()
        monkeypatch.setenv("MORNING_WEIGHTS", str(weights))
        for file in NETWORKS["network"]:
            assert look(folder, "weights", **mine) == without  # of some there is no use
            (weights / (file.short or file.name)).write_text(file.name)
        capsys.readouterr()
        there = look(folder, "weights", **mine)
        assert there != without
        assert capsys.readouterr().out.endswith("changed: redoing 01_dataset\n")
        assert look(folder, "weights", **(mine | {"visual": str(weights)})) == there
        (weights / "resnet101.pth").write_text("another")
        assert look(folder, "weights", **mine) not in (there, without)
        monkeypatch.delenv("MORNING_WEIGHTS")
        assert look(folder, "weights", **mine) == without

    def test_the_same_networks_in_another_place_redo_nothing(self, folder, monkeypatch, capsys):
        cache = own_cache(monkeypatch, folder.parent / "cache")
        places = [(cache, "name"), (folder.parent / "weights", "short")]
        found = []
        for place, kind in places:
            place.mkdir(parents=True)
            for file in NETWORKS["network"]:
                (place / (getattr(file, kind) or file.name)).write_text(file.name)
            found.append(look(folder, "weights", data=str(folder), visual="auto"))
            monkeypatch.setenv("MORNING_WEIGHTS", str(places[1][0]))
        assert found[0] == found[1]
        assert capsys.readouterr().out == ""

    @pytest.mark.mirror
    def test_the_benchmark_is_the_same_before_and_after_it_was_fetched(
        self, tmp_path, monkeypatch, mirror, capsys
    ):
        settings = Settings.read({"data": "public"}, tmp_path)
        monkeypatch.setenv("MORNING_MIRROR", str(tmp_path / "partial"))
        (tmp_path / "partial").mkdir()
        before = record_inputs("data", settings, ["01_dataset"])
        shutil.copytree(mirror, tmp_path / "partial", dirs_exist_ok=True)
        assert record_inputs("data", settings, ["01_dataset"]) == before
        assert capsys.readouterr().out == ""
        damaged = next((tmp_path / "partial").rglob("attribute_graph.txt"))
        damaged.chmod(0o644)
        damaged.write_text("1 2\n")
        assert record_inputs("data", settings, ["01_dataset"]) != before
        assert "attribute_graph.txt changed" in capsys.readouterr().out

"""What notebooks depend on: their code, and the files of data and weights."""

import os
import shutil
from pathlib import Path

import pytest
from morning_book import ROOT, dependencies
from morning_book.dependencies import code_files, files_below, record_inputs
from morning_book.settings import Settings

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

    def test_weights_by_folder_and_by_environment(self, folder, monkeypatch):
        before = look(folder, "weights", data="public")
        monkeypatch.setenv("MORNING_WEIGHTS", str(folder))
        by_environment = look(folder.parent, data="public", kind="weights", visual="auto")
        assert by_environment == before
        (folder / "resnet101.pth").touch()
        assert look(folder, "weights", data="public") != before
        nothing = record_inputs("weights", Settings.read({"visual": "none"}, folder), [])
        assert nothing == record_inputs("weights", Settings.read({}, folder), [])  # the demo

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

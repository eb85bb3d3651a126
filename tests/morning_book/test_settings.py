"""Settings: said once, checked before anything starts, the same wherever they are given."""

import ast
import dataclasses
from pathlib import Path

import pytest
from morning.errors import MorningError
from morning.models import PROFILES
from morning.sources import NAMED
from morning_book.settings import Settings, described, table
from morning_book.stages import parameters_cell
from papermill import inspect_notebook

ROOT = Path(__file__).resolve().parents[2]
NAMES = [setting.name for setting in described()]


class TestRead:
    def test_nothing_given_is_the_demo(self, tmp_path):
        settings = Settings.read({}, tmp_path)
        assert settings.data == "demo"
        assert settings.run == str(tmp_path / "runs" / "demo")
        assert settings.profile == "quick"

    def test_the_benchmark_is_trained_as_in_the_paper(self, tmp_path):
        settings = Settings.read({"DATA": "public"}, tmp_path)
        assert settings.run == str(tmp_path / "runs" / "public")
        assert settings.profile == "paper"

    def test_paths_start_where_the_user_stands(self, tmp_path):
        (tmp_path / "my" / "posts").mkdir(parents=True)
        settings = Settings.read({"data": "my/posts/", "visual": "my"}, tmp_path)
        assert settings.data == str(tmp_path / "my" / "posts")
        assert settings.visual == str(tmp_path / "my")
        assert settings.run == str(tmp_path / "runs" / "posts")
        assert Settings.read({"data": "."}, tmp_path / "my").run.endswith("/my/runs/my")

    def test_a_run_is_a_name_or_a_path(self, tmp_path):
        assert Settings.read({"RUN": "first"}, tmp_path).run == str(tmp_path / "runs" / "first")
        assert Settings.read({"run": "./first"}, tmp_path).run == str(tmp_path / "first")
        assert Settings.read({"run": "/a/b"}, tmp_path).run == "/a/b"

    def test_what_is_empty_has_its_default(self, tmp_path):
        empty = dict.fromkeys(NAMES, "")
        assert Settings.read(empty, tmp_path) == Settings.read({}, tmp_path)

    def test_what_was_read_reads_back(self, tmp_path):
        first = Settings.read({"seeds": "5", "topics": "7", "run": "a"}, tmp_path)
        texts = {name: str(value) for name, value in dataclasses.asdict(first).items()}
        assert Settings.read(texts, tmp_path / "elsewhere") == first

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("sedes", "3", "there is no setting sedes; known are data, run"),
            ("profile", "foo", "profile: 'foo' is not one of auto, paper, code, bamir, quick"),
            ("data", "nowhere", "data: 'nowhere' is neither demo, public nor an existing folder"),
            ("visual", "resnet", "visual: 'resnet' is neither auto"),
            ("seeds", "0", "seeds: '0' is not a whole number of at least 1"),
            ("SEEDS", "-1", "seeds: '-1' is not"),
            ("epochs", "1.5", "epochs: '1.5' is not"),
            ("topics", "many", "topics: 'many' is not"),
            ("processes", "0", "processes: '0' is not"),
            ("engine", "spark", "engine: 'spark' is neither local, ray nor the address"),
            ("run", "./file", "run: './file' is a file"),
        ],
    )
    def test_nonsense_is_one_sentence(self, tmp_path, name, text, said):
        (tmp_path / "file").touch()
        with pytest.raises(MorningError, match=said) as caught:
            Settings.read({name: text}, tmp_path)
        assert "\n" not in str(caught.value)


def test_where_and_how_many_at_a_time_are_no_part_of_a_run(tmp_path):
    here = Settings.read({}, tmp_path)
    there = Settings.read({"engine": "ray://there:10001", "processes": "7"}, tmp_path)
    assert (there.engine, there.processes) == ("ray://there:10001", 7)
    assert there.recorded() == here.recorded()


class TestSaidOnce:
    """What others say of settings is what `Settings` says."""

    def test_each_has_a_sentence(self):
        assert [field.name for field in dataclasses.fields(Settings)] == NAMES
        assert all(setting.help.endswith(".") for setting in described())

    def test_data_that_have_a_name_are_those_of_the_library(self):
        (data,) = (setting for setting in described() if setting.name == "data")
        assert data.rule.names == tuple(NAMED)

    def test_profiles_are_those_of_the_library(self):
        (profile,) = (setting for setting in described() if setting.name == "profile")
        assert profile.rule.names == ("auto", *PROFILES)

    def test_readme_has_the_table(self):
        assert table() in (ROOT / "README.md").read_text(encoding="utf-8")

    def test_make_names_none(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert not [name for name in NAMES if name.upper() in makefile]

    @pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=str)
    def test_papermill_documents_each_parameter_of_a_notebook(self, path):
        """Its type, default and help, as `papermill --help-notebook` prints them."""
        found = inspect_notebook(path)
        assert list(found) == list(parameters_cell(path))
        for setting in described():
            if setting.name in found:
                said = found[setting.name]
                assert said["inferred_type_name"] == type(setting.default).__name__
                assert ast.literal_eval(said["default"]) == setting.default
                assert said["help"] == setting.help

"""The run folder: its places, and results with their protocol."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from morning.code import closure
from morning.evaluation import Task, official_task
from morning.files import write_json
from morning.run import Run
from toys.vectors import checkerboard

KEYS = ["data", "brands", "candidates", "positives", "pool", "profile"]


@pytest.fixture(scope="module")
def task() -> Task:
    return official_task(checkerboard())


class TestWrite:
    def test_reads_back(self, tmp_path, task):
        run = Run(tmp_path / "run", data="public", profile="paper")
        document = run.write("model", [{"method": "full", "auc": 0.5}], task, missing=["g"])
        assert document["table"] == "model"
        assert document["rows"] == [{"method": "full", "auc": 0.5}]
        assert document["missing"] == ["g"]
        assert run.read("model") == document
        assert run.results("model") == tmp_path / "run" / "results" / "model.json"

    def test_says_how_results_came_about(self, tmp_path, task):
        protocol = Run(tmp_path, data="public", profile="paper").write("t", [], task)["protocol"]
        assert list(protocol) == KEYS
        assert protocol == {
            "data": "public",
            "brands": 8,
            "candidates": 12,
            "positives": 24,
            "pool": "split",
            "profile": "paper",
        }

    def test_the_pool_is_the_one_of_the_task(self, tmp_path):
        everyone = official_task(checkerboard(), "all")
        assert Run(tmp_path).write("t", [], everyone)["protocol"]["pool"] == "all"

    def test_what_ranks_nothing_says_only_what_it_read(self, tmp_path):
        run = Run(tmp_path, data="public", profile="paper")
        assert run.write("table2_dataset", [])["protocol"] == {"data": "public"}

    def test_what_is_not_said_is_in_the_settings(self, tmp_path, task):
        run = Run(tmp_path)
        write_json(run.parameters, {"data": "demo", "profile": "quick", "seeds": 3})
        assert list(run.protocol(task)) == KEYS
        assert run.protocol(task)["data"] == "demo"
        assert run.protocol(task)["profile"] == "quick"
        assert Run(tmp_path, profile="code").protocol(task)["profile"] == "code"

    def test_nan_is_refused_and_the_old_file_stays(self, tmp_path):
        run = Run(tmp_path)
        run.write("t", [])
        before = run.results("t").read_bytes()
        with pytest.raises(ValueError, match="not JSON compliant"):
            run.write("t", [{"auc": float("nan")}])
        assert run.results("t").read_bytes() == before
        assert [p.name for p in run.results("t").parent.iterdir()] == ["t.json"]


class TestNamed:
    def test_a_chapter_has_its_folder_and_profile(self, tmp_path):
        assert Run.named(f"{tmp_path}/a", "demo", "auto") == Run(tmp_path / "a", "demo", "quick")
        assert Run.named(f"{tmp_path}/a", "public") == Run(tmp_path / "a", "public")


class TestPlaces:
    def test_a_notebook_alone_needs_no_settings(self, tmp_path):
        assert Run(str(tmp_path / "new"), data="demo").settings() == {}
        assert not (tmp_path / "new").exists()

    def test_all_are_inside_and_different(self, tmp_path):
        run = Run(tmp_path)
        names = [name for name, value in vars(Run).items() if isinstance(value, property)]
        places = [getattr(run, name) for name in names]
        places += [run.model(), run.embedding("max"), run.results("t"), run.results("t", ".csv")]
        places += [run.note("content"), run.perspective("content"), run.inputs("data")]
        places += [run.skipped("content"), run.skipped("audience")]
        assert all(place.is_relative_to(tmp_path) for place in places)
        assert len(set(places)) == len(places)

    def test_features_are_those_that_were_saved(self, tmp_path):
        run, features = Run(tmp_path), checkerboard()
        features.save(run.vectors)
        assert run.manifest.is_file()
        stored = run.features()
        assert all(np.array_equal(stored.blocks[b], x) for b, x in features.blocks.items())

    def test_a_figure_is_saved_and_returned(self, tmp_path):
        figure = Figure()
        assert Run(tmp_path).figure("empty", figure) is figure
        assert (tmp_path / "figures" / "empty.png").read_bytes().startswith(b"\x89PNG")

    def test_a_chapter_that_names_a_place_does_not_depend_on_the_model(self):
        names = {path.parent.name for path in closure("morning.run")}
        assert not {"models", "learning", "rankers", "report"} & names

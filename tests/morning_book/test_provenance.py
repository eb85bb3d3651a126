import time

import nbformat
import numpy as np
import pytest
from doit.exceptions import TaskFailed
from morning.files import read_json, write_json
from morning.run import Run
from morning_book.provenance import DIFFERS, code_digests, digest, execute_recorded, portable
from morning_book.stages import Stage
from toys import story
from toys.notebooks import notebook

#: A chapter that writes a table with its own time, and prints an address in memory.
CELL = """
import json, time
from pathlib import Path
held = bytearray(200_000_000)
time.sleep(1)
Path(run, "results").mkdir(parents=True)
Path(run, "results", "t.json").write_text(json.dumps({"epochs": epochs, "seconds": time.time()}))
print(object())
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return the records of one chapter, executed in two folders on data in two folders."""
    root, found = tmp_path_factory.mktemp("story"), []
    (root / "notebooks").mkdir()
    parameters = "data = 'x'\nrun = 'y'\nepochs = 1"
    notebook(root / "notebooks" / "05_model.ipynb", CELL, parameters=parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("morning_book.stages.ROOT", root)
        for name in ("one", "other"):
            run = Run(tmp_path_factory.mktemp(name) / name)
            settings = {"data": str(run.folder / "data"), "run": str(run.folder), "epochs": 2}
            stage = Stage("05_model", ("data", "run", "epochs"), (), (run.results("t"),))
            assert execute_recorded(stage, run, settings, [], []) is None
            found.append((run, read_json(run.record("05_model"))))
    return found


def test_equal_runs_have_equal_records_but_for_what_is_listed(executed):
    (_, one), (_, other) = executed
    kept = [{n: v for n, v in each.items() if n not in DIFFERS} for each in (one, other)]
    assert kept[0] == kept[1]
    assert set(one["outputs"]) == {"notebooks/05_model.ipynb", "results/t.json"}
    assert one["parameters"] == {"data": "folder", "epochs": 2}
    assert "05_model.ipynb" in one["code"]


def test_a_record_names_no_folder(executed):
    for run, _ in executed:
        for path in run.record("05_model").parent.iterdir():
            assert str(run.folder) not in path.read_text()


def test_it_says_what_an_execution_cost(executed):
    for run, record in executed:
        assert record["seconds"] >= 1
        assert 200 < record["peak_mb"] < 2000
        assert record["hardware"]["cores"] >= 1
        assert read_json(run.environment)["packages"]["numpy"] == np.__version__


def test_a_failure_leaves_no_record(told, monkeypatch):
    stage = story.chapters(told)[1]
    told.record(stage.name).unlink()
    monkeypatch.setattr("morning_book.provenance.execute", lambda *_: TaskFailed("it failed"))
    failed = execute_recorded(stage, told, told.settings(), [], [])
    assert failed.message == "it failed"
    assert not told.record(stage.name).exists()


class TestDigest:
    def test_of_results_is_of_all_but_times(self, tmp_path):
        path = tmp_path / "t.json"
        digests = []
        for auc, seconds in ((0.5, 1), (0.5, 2), (0.6, 1)):
            write_json(path, {"rows": [{"auc": auc, "seconds": seconds}]})
            digests.append(digest(path))
        assert digests[0] == digests[1] != digests[2]

    def test_of_scores_is_of_all_but_times(self, tmp_path):
        path = tmp_path / "s.npz"
        digests = []
        for score, seconds in ((0.5, 1), (0.5, 2), (0.6, 1)):
            np.savez(path, scores=np.array([score]), seconds=np.array(seconds))
            digests.append(digest(path))
        assert digests[0] == digests[1] != digests[2]

    def test_of_a_notebook_is_of_what_it_shows(self, tmp_path):
        def shows(text, name="stdout"):
            path = notebook(tmp_path / "n.ipynb", "1")
            content = nbformat.read(path, 4)
            content.cells[-1].outputs = [nbformat.v4.new_output("stream", name=name, text=text)]
            content.metadata["papermill"] = {"duration": time.time()}
            nbformat.write(content, path)
            return digest(path)

        assert shows("<object at 0x7f01>") == shows("<object at 0x7f02>") != shows("other")
        assert shows("a warning", "stderr") == shows("another", "stderr")

    @pytest.mark.parametrize("name", ["t.json", "s.npz", "n.ipynb"])
    def test_of_a_damaged_file_is_of_its_bytes(self, tmp_path, name):
        (tmp_path / name).write_text("{")
        before = digest(tmp_path / name)
        (tmp_path / name).write_text("[")
        assert digest(tmp_path / name) != before


def test_a_portable_notebook_shows_the_same_and_names_no_folder(told, tmp_path):
    path = told.notebooks / "05_model.ipynb"
    assert str(tmp_path) in path.read_text()
    cleaned = tmp_path / "cleaned.ipynb"
    write_json(cleaned, portable(read_json(path)))
    assert str(tmp_path) not in cleaned.read_text()
    assert digest(cleaned) == digest(path)


def test_code_is_named_by_file(told):
    stage = story.chapters(told)[1]
    before = code_digests(stage)
    assert "morning/places.py" in before
    content = read_json(stage.notebook)
    content["cells"][-1]["source"] += "\n1 + 1"
    write_json(stage.notebook, content)
    after = code_digests(stage)
    assert {name for name in before if before[name] != after[name]} == {"05_model.ipynb"}

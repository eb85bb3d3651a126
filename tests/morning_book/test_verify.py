import json

import pytest
from morning.errors import MorningError
from morning.files import read_json, write_json
from morning.run import Run
from morning.studies.trained import fit_run
from morning_book.command import cli
from morning_book.verify import differing, verify
from toys import story
from typer.testing import CliRunner


def lines(told):
    return "\n".join(verify(told).lines())


def test_a_run_as_recorded_is_one_line(told):
    (line,) = verify(told).lines()
    assert line.startswith("2 notebooks, 2 parameters, ")
    assert line.endswith(" 3 vectors: as recorded"), line


def test_a_flipped_byte_is_named(told):
    path = told.vectors / "content_topics.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    said = lines(told)
    assert "outputs  features/content_topics.npy changed: 05_model" in said
    assert "vectors  features/content_topics.npy changed" in said
    assert "would execute" not in said
    assert said.endswith("2 changes")


@pytest.mark.parametrize(
    "name", ["best/best.safetensors", "results/model.json", "figures/curve.png"]
)
def test_any_other_output_is_named(told, name):
    path = told.folder / name
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    assert f"outputs  {name} changed: 05_model" in lines(told)


def test_what_is_missing_is_made_again(told):
    told.candidates.unlink()
    said = lines(told)
    assert "outputs  candidates.parquet missing: 01_dataset" in said
    assert "`morning run` would execute 01_dataset, 05_model" in said


def test_an_edited_notebook_is_named(told, tmp_path):
    path = tmp_path / "notebooks" / "05_model.ipynb"
    content = json.loads(path.read_text())
    content["cells"][-1]["source"] += "\n1"
    path.write_text(json.dumps(content))
    said = lines(told)
    assert "code  05_model.ipynb changed: 05_model" in said
    assert "`morning run` would execute 05_model" in said


def test_edited_code_is_named_with_all_that_follows(told, tmp_path, monkeypatch):
    monkeypatch.setattr("morning.code._substance", lambda path: path.name.encode())
    said = lines(told)
    assert "code  morning/errors.py" not in said  # it decides nothing
    assert "code  morning/places.py changed: 05_model" in said


def test_changed_data_are_named(told, tmp_path):
    (tmp_path / "data" / "posts.csv").write_text("other")
    said = lines(told)
    assert "inputs  data (posts.csv) changed: 01_dataset" in said
    assert "`morning run` would execute 01_dataset, 05_model" in said


def test_data_that_are_not_here_are_said_not_to_be_compared(told, tmp_path):
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    found = verify(told)
    assert found.unseen == ["the data, not here"]
    assert not found.changes


def test_other_settings_are_named(told):
    write_json(told.parameters, read_json(told.parameters) | {"epochs": 7})
    assert "parameters  epochs changed: 05_model" in lines(told)


def test_an_unfinished_run_is_no_finished_one(told):
    told.record("05_model").unlink()
    assert "records  05_model missing" in lines(told)


def test_a_run_of_train_has_its_vectors_verified(tmp_path):
    run = fit_run(story.vectors(0), tmp_path / "run")
    found = verify(run)
    assert found.checked == {"vectors": 3}
    assert not found.changes
    (run.vectors / "accounts.parquet").write_bytes(b"")
    assert [str(each) for each in verify(run).changes] == [
        "vectors  features/accounts.parquet changed"
    ]


def test_a_damaged_manifest_is_named(told):
    told.manifest.write_text("[]")
    said = [str(change) for change in verify(told).changes]
    assert "outputs  features/manifest.json changed: 05_model" in said
    assert "vectors  features/manifest.json damaged" in said


def test_what_is_no_record_is_refused(told):
    told.record("05_model").write_text('{"notebook": "05_model"}')
    with pytest.raises(MorningError, match=r"05_model\.json: this is no record"):
        verify(told)


def test_no_run_is_refused(tmp_path):
    with pytest.raises(MorningError, match="neither records of notebooks nor vectors"):
        verify(Run(tmp_path))


def test_the_command_says_it_by_its_exit_code(told):
    def call(*words):
        return CliRunner().invoke(cli.app, ["verify", str(told.folder), *words])

    assert call().exit_code == 0
    told.chances.write_text("{}")
    done = call("--json")
    assert done.exit_code == 1
    (change,) = json.loads(done.stdout)["changes"]
    assert (change["name"], change["state"]) == ("chances.json", "changed")


def test_differing():
    before, after = {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "d": 1}
    assert differing(before, after) == {"b": "changed", "c": "missing", "d": "new"}

"""The long experiments: rows are written as they come, and not computed twice."""

import pytest
from morning.errors import MorningError
from morning.files import read_json
from morning.sources.source import Source
from morning_book import evidence
from toys.vectors import checkerboard


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """Let one small experiment stand for all; return the calls of it."""
    calls = []

    def small(features, task, folder):
        """Two rows."""
        for i in range(2):
            calls.append(i)
            yield {"method": f"row {i}", "auc": 0.5}

    board = checkerboard()
    monkeypatch.setattr(evidence, "EXPERIMENTS", {"small": small})
    monkeypatch.setattr(evidence, "load", lambda _: Source("public", None, board, released=True))
    return calls


def test_rows_and_where_they_come_from(counted, tmp_path):
    evidence.run(["small"], tmp_path)
    record = read_json(tmp_path / "small.json")
    assert [row["method"] for row in record["rows"]] == ["row 0", "row 1"]
    assert (record["about"], record["data"], record["finished"]) == ("Two rows.", "public", True)
    assert set(record["made"]) == {"code", "date"}


def test_what_is_there_is_not_computed_again(counted, tmp_path, capsys):
    evidence.run([], tmp_path)
    evidence.run([], tmp_path)
    assert counted == [0, 1]
    assert "small: there already" in capsys.readouterr().out


def test_other_code_is_another_result(counted, tmp_path, monkeypatch):
    evidence.run([], tmp_path)
    monkeypatch.setattr(evidence, "code_of", lambda *_: "other")
    evidence.run([], tmp_path)
    assert counted == [0, 1, 0, 1]


def test_unknown_names(counted, tmp_path):
    with pytest.raises(MorningError, match="unknown experiment large; known are small"):
        evidence.run(["large"], tmp_path)

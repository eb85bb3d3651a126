"""The long experiments: rows are written as they come, and not computed twice."""

import numpy as np
import pytest
from morning.errors import MorningError
from morning.files import read_json
from morning.sources.source import Source
from morning_book import evidence
from morning_book.evidence import Job
from toys.vectors import checkerboard, tiny


@pytest.fixture
def calls(monkeypatch):
    """Let one small experiment stand for all; return the calls of its jobs."""
    calls = []

    def small(bench):
        """Two rows."""
        for i in range(2):
            row = {"method": f"row {i}", "auc": 0.5}
            yield Job(f"row {i}", lambda row=row: calls.append(row["method"]) or row, {"i": (i,)})

    board = checkerboard()
    monkeypatch.setattr(evidence, "EXPERIMENTS", {"small": small})
    monkeypatch.setattr(evidence, "load", lambda _: Source("public", None, board, released=True))
    return calls


def test_rows_and_where_they_come_from(calls, tmp_path):
    evidence.run(["small"], tmp_path)
    record = read_json(tmp_path / "small.json")
    assert [row["method"] for row in record["rows"]] == ["row 0", "row 1"]
    assert (record["about"], record["data"], record["jobs"]) == ("Two rows.", "public", 2)
    for i, row in enumerate(record["rows"]):
        assert set(row["made"]) == {"code", "modules", "settings", "date"}
        assert row["made"]["settings"] == {"i": [i]}


def test_what_is_there_is_not_computed_again(calls, tmp_path):
    evidence.run([], tmp_path)
    evidence.run([], tmp_path)
    assert calls == ["row 0", "row 1"]


def test_an_interrupted_experiment_goes_on(calls, tmp_path, monkeypatch):
    small = evidence.EXPERIMENTS["small"]

    def broken(bench):
        first, second = small(bench)
        yield first
        yield Job(second.name, lambda: 1 / 0, second.settings)

    monkeypatch.setitem(evidence.EXPERIMENTS, "small", broken)
    with pytest.raises(ZeroDivisionError):
        evidence.run([], tmp_path)
    assert len(read_json(tmp_path / "small.json")["rows"]) == 1
    monkeypatch.setitem(evidence.EXPERIMENTS, "small", small)
    evidence.run([], tmp_path)
    assert calls == ["row 0", "row 1"]


def test_other_code_is_said_and_anew_is_anew(calls, tmp_path, monkeypatch, capsys):
    evidence.run([], tmp_path)
    monkeypatch.setattr(evidence, "code_of", lambda *_: "other")
    evidence.run([], tmp_path)
    assert len(calls) == 2
    assert "small, 2 of 2: row 1 is there, by the code of " in capsys.readouterr().out
    evidence.run([], tmp_path, anew=True)
    assert calls == ["row 0", "row 1"] * 2
    assert {row["made"]["code"] for row in read_json(tmp_path / "small.json")["rows"]} == {"other"}


def test_other_settings_are_another_result(calls, tmp_path, monkeypatch):
    evidence.run([], tmp_path)
    small = evidence.EXPERIMENTS["small"]

    def changed(bench):
        first, second = small(bench)
        yield first
        yield Job(second.name, second.run, {"i": 7})

    monkeypatch.setitem(evidence.EXPERIMENTS, "small", changed)
    evidence.run([], tmp_path)
    assert calls == ["row 0", "row 1", "row 1"]


def test_unknown_names(calls, tmp_path):
    with pytest.raises(MorningError, match="unknown experiment large; known are small"):
        evidence.run(["large"], tmp_path)


def test_a_training_on_released_triplets_leaves_out_the_validation_brands(tmp_path, monkeypatch):
    board = checkerboard()
    brands = board.brands("train", "validation")
    influencers = np.flatnonzero(board.accounts["role"] == "influencer")
    pairs = np.array([[b, influencers[0], influencers[1]] for b in brands]).T
    monkeypatch.setattr(evidence.public, "triplets", lambda: pairs)
    given = {}

    def note(name, features, recipe, place, task, *, seeds, pairs):
        given["pairs"] = pairs
        return {"auc": 0.5}

    monkeypatch.setattr(evidence.recipes, "trained_row", note)
    bench = evidence.Bench(board, None, tmp_path, tmp_path)
    evidence._training(bench, "x", tiny(), "x", seeds=1, released=True).run()
    assert given["pairs"][0].tolist() == board.brands("train").tolist()


class TestEveryExperiment:
    """Small: of two recipes, on a checkerboard, with hardly any training."""

    @pytest.fixture
    def found(self, tmp_path, monkeypatch, no_workers):
        board = checkerboard()
        monkeypatch.setattr(
            evidence, "load", lambda _: Source("public", None, board, released=True)
        )
        monkeypatch.setattr(evidence, "profile", lambda _: tiny(epochs=1))
        monkeypatch.setattr(evidence, "_SEEDS", 2)
        monkeypatch.setattr(evidence, "data_folder", lambda: tmp_path)
        monkeypatch.setattr(evidence.recipes, "FACTORS", {"l1": evidence.recipes.FACTORS["l1"]})
        brands = board.brands("train")
        influencers = np.flatnonzero(board.accounts["role"] == "influencer")[:2]
        pairs = np.stack([brands, *influencers[:, None].repeat(len(brands), 1)])
        monkeypatch.setattr(evidence.public, "triplets", lambda: pairs)
        evidence.run([], tmp_path)
        return {name: read_json(tmp_path / f"{name}.json")["rows"] for name in evidence.EXPERIMENTS}

    def test_runs(self, found):
        assert {row["method"] for row in found["grid"]} == {"0.001", "0"}
        chosen = evidence.recipes.best_by_validation(found["grid"])["method"]
        names = {"0.001", chosen}
        assert {row["method"] for row in found["refitted"]} == names
        for experiment in ("splits", "everyone"):
            assert names < {row["method"] for row in found[experiment]}
        assert {len(row["over_splits"]) for row in found["splits"]} == {10}
        assert len({row["auc"] for row in found["everyone"]}) > 2
        assert [row["seeds"] for row in found["code"]] == [3]


def test_the_chosen_recipe_needs_the_whole_grid(tmp_path):
    bench = evidence.Bench(checkerboard(), None, tmp_path, tmp_path)
    with pytest.raises(MorningError, match="the whole grid: make evidence ONLY=grid"):
        bench.recipes()

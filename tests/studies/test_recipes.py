"""Recipes taken apart: every combination once, chosen on validation, with a curve."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation import METRICS, official_task
from morning.models.profiles import PROFILES
from morning.studies.recipes import FACTORS, cells, curve, grid, validation
from morning.studies.trained import statistics
from toys.vectors import checkerboard, tiny


def test_every_combination_once():
    found = list(cells(PROFILES["paper"]))
    assert len(found) == np.prod([len(levels) for levels in FACTORS.values()]) == 16
    assert len({tuple(levels.values()) for levels, _ in found}) == 16
    profiles = [profile for _, profile in found]
    assert PROFILES["paper"] in profiles
    levels, last = found[-1]
    assert levels == {
        "initialisation": "normal",
        "l1": "0",
        "dropout": "0",
        "projections": "without",
    }
    assert (last.model.initialisation, last.model.dropout_rate) == ("normal", 0.0)
    assert (last.objective.l1, last.model.projections) == (0.0, False)


def test_a_row_per_cell_with_what_validation_says(tmp_path, monkeypatch):
    board, few = checkerboard(), {"l1": FACTORS["l1"]}
    monkeypatch.setattr("morning.studies.recipes.FACTORS", few)
    on = official_task(board)
    rows = list(grid(board, tiny(epochs=1), tmp_path, on, seeds=2))
    assert [row["levels"] for row in rows] == [{"l1": "0.001"}, {"l1": "0"}]
    assert {row["seeds"] for row in rows} == {2}
    for row in rows:
        assert set(row["validation"]) == set(METRICS)
        assert 0 <= row["validation"]["auc"] <= 1
    assert (tmp_path / "0.001" / "seed-1" / "model.json").is_file()


def test_the_curve_is_the_mean_over_seeds_of_the_test_brands(tmp_path):
    board = checkerboard()
    on, profile = official_task(board), tiny(epochs=2, negatives=3)
    row = curve(board, profile, tmp_path, on, seeds=2)
    assert len(row["curve"]) == 2
    assert row["steps"] == -(-48 * 3 // 8)  # 16 brands with 3 partners and 3 negatives each
    from morning.models import load_seeds

    models = load_seeds(tmp_path)
    last = replace(models[0], epoch=2)
    assert validation([last])["auc"] == last.history[1]["validation"]["auc"]
    if all(model.epoch == 2 for model in models):
        expected = np.mean([run.metrics()["auc"] for run in statistics(models, board, on)])
        assert row["curve"][1]["auc"] == pytest.approx(expected)

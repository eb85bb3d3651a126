"""Recipes taken apart: every combination once, chosen on validation, with a curve."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation import METRICS, official_task
from morning.models import load_seeds
from morning.models.profiles import PROFILES
from morning.studies.recipes import FACTORS, cells, sampling, trained_row, validation
from morning.studies.trained import statistics
from toys.vectors import checkerboard, tiny

pytestmark = pytest.mark.usefixtures("no_workers")
PAPER = PROFILES["paper"]


class TestCells:
    def test_every_combination_once_the_profile_first(self):
        found = list(cells(PAPER))
        assert len(found) == np.prod([len(levels) for levels in FACTORS.values()]) == 16
        assert len({tuple(levels.values()) for levels, _ in found}) == 16
        assert found[0][1] == PAPER

    def test_those_with_fewer_changes_first(self):
        first = {factor: next(iter(levels)) for factor, levels in FACTORS.items()}
        moved = [sum(levels[f] != first[f] for f in FACTORS) for levels, _ in cells(PAPER)]
        assert moved == sorted(moved)

    def test_a_level_is_what_it_says(self):
        levels, last = list(cells(PAPER))[-1]
        assert levels == {
            "initialisation": "normal",
            "l1": "0",
            "dropout": "0",
            "projections": "without",
        }
        assert (last.model.initialisation, last.model.dropout_rate) == ("normal", 0.0)
        assert (last.objective.l1, last.model.projections) == (0.0, False)


class TestSampling:
    def test_about_as_many_pairs_but_for_the_shortest(self):
        for name, profile in sampling(PAPER).items():
            training = profile.training
            passes = training.epochs * training.negatives
            assert passes == 100 or (name == "57 negatives" and training.epochs == 4)

    def test_the_learning_rate_falls_as_much(self):
        for profile in sampling(PAPER).values():
            training = profile.training
            assert training.decay_rate**training.epochs == pytest.approx(0.95**100)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder, board = tmp_path_factory.mktemp("recipes"), checkerboard()
    on, profile = official_task(board), tiny(epochs=2, negatives=3)
    row = trained_row("a recipe", board, profile, folder, on, seeds=2)
    return row, load_seeds(folder), board, on


class TestTrainedRow:
    def test_the_curve_is_the_mean_over_seeds_of_the_test_brands(self, trained):
        row, models, _, _ = trained
        for epoch in range(2):
            found = [model.history[epoch]["watched"]["auc"] for model in models]
            assert row["curve"][epoch]["auc"] == pytest.approx(np.mean(found))

    def test_it_is_scored_where_validation_says(self, trained):
        row, models, board, on = trained
        found = [run.metrics()["auc"] for run in statistics(models, board, on)]
        assert row["auc"] == row["selection"]["validation"]["auc"] == pytest.approx(np.mean(found))
        assert row["epochs"] == [model.epoch for model in models]
        assert set(row["validation"]) == set(METRICS)

    def test_the_last_epoch_is_one_of_the_choices(self, trained):
        row = trained[0]
        assert row["selection"]["last epoch"]["auc"] == pytest.approx(row["curve"][-1]["auc"])

    def test_steps_of_an_epoch(self, trained):
        assert trained[0]["steps"] == -(-48 * 3 // 8)  # 16 brands, 3 partners, 3 negatives each

    def test_pairs_that_are_given(self, trained, tmp_path):
        _, _, board, on = trained
        brands = board.brands("train")
        influencers = np.flatnonzero(board.accounts["role"] == "influencer")
        pairs = np.stack([brands, *influencers[:2, None].repeat(len(brands), 1)])
        row = trained_row("given", board, tiny(epochs=1), tmp_path, on, seeds=1, pairs=pairs)
        assert row["steps"] == -(-len(brands) // 8)
        model = load_seeds(tmp_path)[0]
        assert "triplets" in model.data["sha256"]
        again = trained_row("drawn", board, tiny(epochs=1), tmp_path, on, seeds=1)
        assert again["curve"] != row["curve"]  # trained anew: other pairs


def test_validation_of_known_histories(tmp_path):
    board = checkerboard()
    trained_row("x", board, tiny(epochs=2), tmp_path, official_task(board), seeds=1)
    (model,) = load_seeds(tmp_path)
    last = replace(model, epoch=2)
    assert validation([last])["auc"] == last.history[1]["validation"]["auc"]

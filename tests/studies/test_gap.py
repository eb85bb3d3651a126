"""What each cause is worth, on rows whose answer is known."""

import numpy as np
import pytest
from morning.files import write_json
from morning.studies.gap import curves, levels_of, main_effects, read_experiments, shares
from scipy.stats import norm
from toys.evidence import ADDED, evidence_row, found, grid_rows


def test_levels_of_a_row():
    assert levels_of({"method": "normal-0-0.5-without"}) == {
        "initialisation": "normal",
        "l1": "0",
        "dropout": "0.5",
        "projections": "without",
    }


class TestMainEffects:
    def test_each_factor_adds_what_it_adds(self):
        effects = {effect.factor: effect for effect in main_effects(grid_rows())}
        assert {f: e.value for f, e in effects.items()} == pytest.approx(ADDED)
        assert effects["l1"].level == "0"

    def test_noise_is_that_of_the_seeds(self):
        """Two means of eight recipes, five seeds each: their difference, by simulation."""
        rng = np.random.default_rng(0)
        drawn = rng.normal(0, 0.01, (20_000, 2, 8, 5)).mean(axis=(2, 3))
        sd = (drawn[:, 1] - drawn[:, 0]).std()
        effect = main_effects(grid_rows())[0]
        assert effect.noise == pytest.approx(norm.ppf(0.975) * sd, rel=0.03)

    def test_half_a_grid_has_none(self):
        assert main_effects(grid_rows()[:10]) == []


class TestShares:
    def test_what_each_cause_is_worth(self):
        changes = {share.cause: share.change for share in shares(found())}
        assert changes == pytest.approx(
            {
                "initialisation, L1, dropout and projections": 0.065,
                "how pairs are drawn": 0.005,
                "choosing the epoch by MAP": 0.001,
                "choosing the epoch on the test brands": 0.004,
                "training on all 286 brands": 0.003,
                "another split of the brands": 0.025,
            }
        )

    def test_what_was_not_run_is_left_out(self):
        assert shares({}) == shares({"grid": grid_rows()[:5]}) == []
        assert len(shares({"grid": grid_rows()})) == 3


def test_curves_that_are_there():
    assert list(curves(found())) == [
        "released program",
        "released program, whole",
        "BAMIR, released triplets",
    ]
    assert curves({}) == {}


def test_what_is_there_is_read(tmp_path):
    write_json(tmp_path / "grid.json", {"rows": [evidence_row("a")]})
    write_json(tmp_path / "other.json", {"rows": []})
    read = read_experiments(tmp_path)
    assert [name for name, rows in read.items() if rows] == ["grid"]
    assert read["grid"][0]["method"] == "a"

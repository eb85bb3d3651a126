"""Interrupted trainings: they go on to the same result, and from nothing that does not fit."""

import logging

import pytest
from morning.models import TrainedModel, training
from morning.models.morning import CODE
from safetensors.torch import load_file, save_file
from toys.trainings import CONFIGS, EPOCHS, InterruptionError, fit, same_weights, stop_at
from toys.vectors import tiny


class TestResumes:
    @pytest.mark.parametrize("epoch", [1, 2, EPOCHS])
    @pytest.mark.parametrize("config", CONFIGS)
    def test_to_the_same_result(self, board, finished, tmp_path, monkeypatch, config, epoch):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile, folder = finished[config].profile, tmp_path / "model"
        with pytest.raises(InterruptionError):
            fit(board, profile, folder, watch=stop_at(epoch))
        assert not folder.exists()
        calls = []
        resumed = fit(board, profile, folder, watch=lambda m: calls.append(1) or {})
        assert len(calls) == EPOCHS - epoch + 1
        for trained in (resumed, TrainedModel.load(folder)):
            assert same_weights(trained, finished[config])
            assert trained.history == finished[config].history
            assert trained.epoch == finished[config].epoch
        assert sorted(p.name for p in folder.iterdir()) == ["model.json", "model.safetensors"]
        assert [p.name for p in tmp_path.iterdir()] == ["model"]

    def test_after_several_interruptions(self, board, finished, tmp_path, monkeypatch):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile = finished["paper"].profile
        for _ in range(EPOCHS - 1):
            with pytest.raises(InterruptionError):
                fit(board, profile, tmp_path / "model", watch=stop_at(2))
        resumed = fit(board, profile, tmp_path / "model", watch=stop_at(0))
        assert same_weights(resumed, finished["paper"])
        assert resumed.history == finished["paper"].history

    def test_not_from_another_profile(self, board, finished, tmp_path, monkeypatch, caplog):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        with pytest.raises(InterruptionError):
            fit(board, tiny(CODE, seed=3), tmp_path / "model", watch=stop_at(3))
        again = fit(board, finished["code"].profile, tmp_path / "model", watch=stop_at(0))
        assert "belongs to another profile or other features" in caplog.text
        assert same_weights(again, finished["code"])

    @pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "no notes", "other notes"])
    def test_not_from_a_damaged_state(self, board, finished, tmp_path, monkeypatch, caplog, damage):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile, folder = finished["code"].profile, tmp_path / "model"
        with pytest.raises(InterruptionError):
            fit(board, profile, folder, watch=stop_at(3))
        state = tmp_path / "model.partial" / "state.safetensors"
        content = state.read_bytes()
        if damage in ("no notes", "other notes"):
            notes = {"notes": "[" if damage == "other notes" else ""}
            save_file(load_file(state), state, metadata=notes if damage == "other notes" else None)
        else:
            damaged = {
                "truncated": content[: len(content) // 2],
                "garbage": b"x" * 99,
                "empty": b"",
            }
            state.write_bytes(damaged[damage])
        again = fit(board, profile, folder, watch=stop_at(0))
        assert "cannot be read" in caplog.text
        assert "training starts anew" in caplog.text
        assert same_weights(again, finished["code"])
        assert again.history == finished["code"].history


def test_the_log_says_where_it_goes_on(board, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
    with pytest.raises(InterruptionError):
        fit(board, tiny(), tmp_path / "model", watch=stop_at(3))
    with caplog.at_level(logging.INFO):
        fit(board, tiny(), tmp_path / "model")
    assert "going on after epoch 2" in caplog.text

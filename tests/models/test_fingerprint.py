"""A finished training is loaded where it is still the right one."""

import json
from dataclasses import replace

import numpy as np
import pytest
from morning.models import fingerprint
from toys.trainings import fit, relabel, same_weights, stop_at
from toys.vectors import tiny


class TestFinished:
    @pytest.fixture
    def folder(self, board, tmp_path):
        fit(board, tiny(), tmp_path / "model")
        return tmp_path / "model"

    def test_is_not_repeated(self, board, folder, caplog):
        before = (folder / "model.json").stat().st_mtime_ns
        trained = fit(board, tiny(), folder, watch=stop_at(1))
        assert len(trained.history) == 3
        assert (folder / "model.json").stat().st_mtime_ns == before
        assert caplog.text == ""

    @pytest.mark.parametrize(
        "what", ["profile", "columns", "labels", "splits", "blocks", "code", "file", "record"]
    )
    @pytest.mark.filterwarnings("ignore:nothing to measure for cauc")  # with "splits"
    def test_is_replaced_when_anything_has_changed(
        self, board, folder, what, caplog, monkeypatch, tmp_path
    ):
        features, profile = board, tiny()
        if what == "profile":
            profile = tiny(epochs=2)
        elif what == "columns":  # the same numbers in another order
            blocks = {b: np.ascontiguousarray(x[:, ::-1]) for b, x in board.blocks.items()}
            features = replace(board, blocks=blocks)
        elif what == "labels":
            features = relabel(board, "train")
        elif what == "splits":
            accounts = board.accounts.assign(
                split=board.accounts["split"].replace("validation", "train")
            )
            features = replace(board, accounts=accounts)
        elif what == "blocks":
            features = board.select(["attribute"])
        elif what == "code":
            monkeypatch.setattr(fingerprint, "code_of", lambda name: "other")
        elif what == "file":
            path = folder / "model.safetensors"
            path.write_bytes(path.read_bytes()[:-10])
        else:
            record = json.loads((folder / "model.json").read_text())
            record["profile"]["model"]["option_of_old"] = 1
            (folder / "model.json").write_text(json.dumps(record))
        calls = []
        replaced = fit(features, profile, folder, watch=lambda m: calls.append(1) or {})
        assert "trained anew" in caplog.text
        assert len(calls) == profile.training.epochs
        fresh = fit(features, profile, tmp_path / "fresh", watch=stop_at(0))
        assert same_weights(replaced, fresh)
        caplog.clear()
        assert same_weights(fit(features, profile, folder, watch=stop_at(1)), fresh)
        assert caplog.text == ""

"""Trained models on disk: what is written is what is read, and damage is told."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.evaluation import official_task
from morning.models import PROFILES, Morning, TrainedModel, load_seeds, train
from morning.models.checkpoint import is_trained, profile_from_dict, weights
from morning.models.morning import CODE, PAPER
from safetensors.torch import save_file
from toys.vectors import checkerboard, tiny


def saved(folder, config=PAPER) -> TrainedModel:
    features = checkerboard()
    torch.manual_seed(1)
    profile = tiny(config, seed=4)
    trained = TrainedModel(
        Morning(features.sizes(), profile.model).eval(),
        profile,
        epoch=1,
        history=[{"epoch": 1, "data": 0.1 + 0.2, "validation": {"auc": None}}],
        data={"source": "checkerboard", "sizes": features.sizes()},
    )
    folder.mkdir(exist_ok=True)
    trained.save(folder)
    return trained


class TestRoundTrip:
    @pytest.mark.parametrize("config", [PAPER, CODE], ids=["paper", "code"])
    def test_everything_comes_back(self, tmp_path, config):
        before, after = saved(tmp_path, config), TrainedModel.load(tmp_path)
        assert after.profile == before.profile
        assert (after.epoch, after.history, after.data) == (1, before.history, before.data)
        assert after.model.input_sizes == before.model.input_sizes
        assert not after.model.training
        features = checkerboard()
        on = official_task(features)
        scores = before.score(features, on, "cpu")
        assert list(scores) == ["f", "h", "F"]
        for name, matrix in after.score(features, on, "cpu").items():
            assert matrix.dtype == np.float32
            assert matrix.shape == on.positives.shape
            assert np.array_equal(matrix, scores[name])
        assert np.allclose(scores["F"], scores["f"] + scores["h"], atol=1e-6)

    @pytest.mark.parametrize("name", PROFILES)
    def test_profiles_through_json(self, name):
        profile = PROFILES[name].variant("c+au")
        assert profile_from_dict(json.loads(json.dumps(asdict(profile)))) == profile

    def test_the_weights_are_a_copy(self, tmp_path):
        model = saved(tmp_path).model
        copy = weights(model)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
        assert all(bool(value.any()) for value in copy.values())


def edit(**changes):
    def apply(folder):
        record = json.loads((folder / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps(record | changes))

    return apply


def drop(key):
    def apply(folder):
        record = json.loads((folder / "model.json").read_text())
        del record[key]
        (folder / "model.json").write_text(json.dumps(record))

    return apply


def truncate(name):
    def apply(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return apply


DAMAGE = {
    "truncated weights": truncate("model.safetensors"),
    "truncated record": truncate("model.json"),
    "empty weights": lambda folder: (folder / "model.safetensors").write_bytes(b""),
    "a list for a record": lambda folder: (folder / "model.json").write_text("[1]"),
    "no profile": drop("profile"),
    "no epoch": drop("epoch"),
    "no history": drop("history"),
    "no format": drop("format"),
    "other sizes": edit(input_sizes={"attribute": 3, "content_topics": 8}),
    "other blocks": edit(input_sizes={"attribute": 8}),
    "sizes of another kind": edit(input_sizes={"attribute": "8", "content_topics": 8}),
    "weights of another model": lambda folder: save_file(
        {"a": torch.zeros(2)}, folder / "model.safetensors"
    ),
}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGE)
    def test_is_told(self, tmp_path, damage):
        saved(tmp_path)
        DAMAGE[damage](tmp_path)
        with pytest.raises(MorningError, match="cannot be read") as caught:
            TrainedModel.load(tmp_path)
        assert str(tmp_path) in str(caught.value)

    def test_another_format(self, tmp_path):
        saved(tmp_path)
        edit(format=99)(tmp_path)
        with pytest.raises(MorningError, match="format 99, not 2"):
            TrainedModel.load(tmp_path)

    @pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
    def test_a_missing_file(self, tmp_path, name):
        saved(tmp_path)
        assert is_trained(tmp_path)
        (tmp_path / name).unlink()
        assert not is_trained(tmp_path)
        with pytest.raises(MorningError, match="no trained model here"):
            TrainedModel.load(tmp_path)

    def test_a_history_with_nan_is_not_written(self, tmp_path):
        trained = saved(tmp_path)
        before = (tmp_path / "model.json").read_bytes()
        trained.history.append({"data": float("nan")})
        with pytest.raises(ValueError, match="not JSON compliant"):
            trained.save(tmp_path)
        assert (tmp_path / "model.json").read_bytes() == before


class TestSeeds:
    def test_in_order_of_their_numbers(self, tmp_path):
        for seed in (10, 2, 0):
            folder = tmp_path / f"seed-{seed}"
            options = {"device": "cpu", "progress": False}
            train(checkerboard(), tiny(seed=seed, epochs=1), folder, **options)
        half = tmp_path / "seed-1.partial"
        half.mkdir()
        for file in ("model.json", "model.safetensors"):  # saved but not yet renamed
            (half / file).write_bytes((folder / file).read_bytes())
        (tmp_path / "seed-3").mkdir()
        found = load_seeds(tmp_path)
        assert [model.profile.training.seed for model in found] == [0, 2, 10]

    def test_there_is_none(self, tmp_path):
        with pytest.raises(MorningError, match=r"no trained model in .*c-only"):
            load_seeds(tmp_path / "c-only")

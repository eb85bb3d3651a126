"""Scores of a model over a task, and the device they are computed on."""

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.evaluation import official_task
from morning.features import BLOCKS
from morning.learning.device import find_device
from morning.models import Morning, scoring
from morning.models.morning import CODE, PAPER, SUBSCORES, pair_scores
from morning.models.scoring import score, tensors
from toys.vectors import checkerboard, small

CPU = torch.device("cpu")


class TestDevice:
    @pytest.mark.parametrize("name", ["gpu", "cuda:99", "", "cpu:x"])
    def test_that_is_not_there(self, name):
        with pytest.raises(MorningError, match=f"device '{name}' cannot be used"):
            find_device(name)

    @pytest.mark.parametrize("there", [True, False])
    def test_auto_takes_a_gpu_where_there_is_one(self, there, monkeypatch):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
        assert find_device().type == ("cuda" if there else "cpu")

    def test_by_name(self):
        assert find_device("cpu") == CPU


class TestTensors:
    def test_only_what_is_asked_for(self):
        features = checkerboard()
        found = tensors(features, {"attribute": 8}, CPU)
        assert list(found) == ["attribute"]
        assert np.array_equal(found["attribute"].numpy(), features.blocks["attribute"])

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ({"attribute": 9}, "needs attribute with 9 columns; the FeatureSet has 8"),
            ({"audience_topics": 8}, "needs audience_topics with 8 .* does not have it"),
        ],
    )
    def test_refused(self, names, message):
        with pytest.raises(MorningError, match=message):
            tensors(checkerboard(), names, CPU)


@pytest.mark.parametrize("config", [PAPER, CODE], ids=["paper", "code"])
class TestScore:
    def parts(self, config):
        features = checkerboard(BLOCKS)
        torch.manual_seed(0)
        model = Morning(features.sizes(), small(config))
        return model, tensors(features, features.sizes(), CPU), official_task(features)

    def test_equals_the_scores_pair_by_pair(self, config):
        model, inputs, on = self.parts(config)
        found = score(model.eval(), inputs, on)
        assert list(found) == ["f", "g", "h", "F"]
        b, m = np.indices(on.positives.shape).reshape(2, -1)
        brands = {n: x[on.brands[b]] for n, x in inputs.items()}
        influencers = {n: x[on.influencers[m]] for n, x in inputs.items()}
        pairs = pair_scores(model.encode(brands, "brand"), model.encode(influencers, "influencer"))
        for perspective, values in pairs.items():
            matrix = values.detach().numpy().reshape(on.positives.shape)
            assert found[SUBSCORES[perspective]] == pytest.approx(matrix, abs=1e-4)
        assert found["F"] == pytest.approx(found["f"] + found["g"] + found["h"], abs=1e-4)

    def test_has_no_dropout_and_leaves_the_mode_alone(self, config):
        model, inputs, on = self.parts(config)
        expected = score(model.eval(), inputs, on)["F"]
        model.train()
        model.draw_dropout()
        assert np.array_equal(score(model, inputs, on)["F"], expected)
        assert model.training

    def test_accounts_in_portions_give_the_same(self, config, monkeypatch):
        model, inputs, on = self.parts(config)
        expected = score(model.eval(), inputs, on)
        monkeypatch.setattr(scoring, "_ROWS", 3)
        for name, matrix in score(model, inputs, on).items():
            assert matrix == pytest.approx(expected[name], abs=1e-5)

"""Scores of a model over a task, and the device they are computed on."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.evaluation import official_task
from morning.features import BLOCKS
from morning.features.block import SUBSCORES
from morning.models import Morning
from morning.models import morning as morning_module
from morning.models.morning import CODE, PAPER
from morning.models.scoring import measure, score, tensors
from toys.vectors import checkerboard, small

CPU = torch.device("cpu")


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
        influencers = {n: x[on.influencers[m]][None] for n, x in inputs.items()}
        pairs = model(brands, influencers)
        for perspective, values in pairs.items():
            matrix = values.detach().numpy().reshape(on.positives.shape)
            assert found[SUBSCORES[perspective]] == pytest.approx(matrix, abs=1e-4)
        assert found["F"] == pytest.approx(found["f"] + found["g"] + found["h"], abs=1e-4)

    def test_has_no_dropout_and_leaves_the_mode_alone(self, config):
        model, inputs, on = self.parts(config)
        expected = score(model.eval(), inputs, on)["F"]
        model.train()
        assert np.array_equal(score(model, inputs, on)["F"], expected)
        assert model.training

    def test_accounts_in_portions_give_the_same(self, config, monkeypatch):
        model, inputs, on = self.parts(config)
        expected = score(model.eval(), inputs, on)
        monkeypatch.setattr(morning_module, "_ROWS", 3)
        for name, matrix in score(model, inputs, on).items():
            assert matrix == pytest.approx(expected[name], abs=1e-5)


def test_what_cannot_be_measured_is_null():
    features = checkerboard()
    on = official_task(features)
    torch.manual_seed(0)
    model = Morning(features.sizes(), small())
    lone = replace(on, categories=np.arange(len(on.brands)).astype(str))
    found = measure(model, tensors(features, features.sizes(), CPU), lone)
    assert found["cauc"] is None
    assert json.dumps(found, allow_nan=False)

"""What methods that train a network share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.rankers.neural import Encoder
from toys import rivals as worlds


class TestDropout:
    def test_one_mask_for_all_accounts_of_a_step_and_none_afterwards(self):
        torch.manual_seed(0)
        encoder = Encoder(6, 8, 4, keep=0.5, dropped=1, biased=1)
        x = torch.randn(2, 6)
        encoder.train()
        encoder.draw()
        torch.testing.assert_close(encoder(x[:1]), encoder(x)[:1])
        with_mask = encoder(x)
        encoder.release()
        assert not torch.equal(encoder(x), with_mask)

    def test_biases_only_where_asked(self):
        encoder = Encoder(6, 8, 4, keep=0.5, dropped=1, biased=1)
        assert encoder.layers[0].bias is not None
        assert torch.equal(encoder.layers[0].bias, torch.zeros(8))
        assert encoder.layers[1].bias is None


def test_the_epoch_is_the_best_on_validation_brands():
    world = worlds.world()
    fitted = worlds.quick("HPTR", margins=(2.0,)).fit(world, progress=False)
    aucs = [entry["auc"] for entry in fitted.about["history"]]
    assert fitted.about["epoch"] == 1 + int(np.argmax(aucs))


def test_without_validation_brands_the_last_epoch_is_kept():
    world = worlds.world()
    accounts = world.features.accounts
    few = accounts["account_id"].isin(["train-0-0", "train-1-0", "train-2-0", "train-3-0"])
    split = accounts["split"].where(few | accounts["split"].isna(), "test")
    features = replace(world.features, accounts=accounts.assign(split=split))
    fitted = worlds.quick("CATR", epochs=3).fit(replace(world, features=features), progress=False)
    assert fitted.about["epoch"] == 3
    assert [entry["auc"] for entry in fitted.about["history"]] == [None] * 3


def test_a_loss_that_is_not_finite_is_reported():
    with pytest.raises(MorningError, match="lower learning_rate"):
        worlds.quick("MIR-4", learning_rate=1e9).fit(worlds.world(), progress=False)

"""Dropping entries of weight matrices."""

import torch
from morning.learning.dropout import dropped


def test_keeps_its_share_and_scales():
    torch.manual_seed(0)
    out = dropped(torch.ones(400, 401), 0.4)
    assert set(out.unique().tolist()) == {0.0, torch.ones(1).div(0.6).item()}
    assert abs((out == 0).float().mean() - 0.4) < 0.01


def test_a_rate_of_zero_drops_nothing():
    weight = torch.randn(3, 5)
    torch.testing.assert_close(dropped(weight, 0.0), weight)

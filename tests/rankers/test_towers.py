"""Networks that posts go through."""

from __future__ import annotations

import torch
from morning.rankers.towers import response_normalised


def test_response_normalisation_by_hand():
    x = torch.tensor([[1.0, 2.0, 0.0, 3.0]])
    # windows of up to two neighbours on each side: 1+4+0, 1+4+0+9, 1+4+0+9, 4+0+9
    expected = torch.tensor([[1 / 5.1, 2 / 14.1, 0.0, 3 / 13.1]])
    torch.testing.assert_close(response_normalised(x), expected)


def test_response_normalisation_stays_within_its_512_channels():
    x = torch.zeros(1, 1024)
    x[0, 511] = 1.0
    x[0, 512] = 1.0
    out = response_normalised(x)
    torch.testing.assert_close(out[0, 511:513], torch.full((2,), 1 / 1.1))

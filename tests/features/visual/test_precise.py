"""Precise pooling against the integral."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from morning.features.visual.precise import bin_weights, precise_pool


def hat_surface(values, y, x):
    """Bilinear surface of a map that is zero outside its points, at many points."""
    height, width = values.shape
    hats_y = np.clip(1 - abs(y[:, None] - np.arange(height)), 0, None)
    hats_x = np.clip(1 - abs(x[:, None] - np.arange(width)), 0, None)
    return hats_y @ values @ hats_x.T


@pytest.mark.parametrize(
    ("height", "width", "bins"), [(7, 5, 3), (10, 10, 6), (4, 9, 1), (3, 2, 6)]
)
def test_precise_pooling_is_the_integral_of_the_bilinear_surface(height, width, bins):
    values = np.random.default_rng(0).standard_normal((height, width))
    got = precise_pool(torch.from_numpy(values)[None, None], bins)[0, 0].numpy()
    fine = 400  # midpoints per bin
    y = (np.arange(bins * fine) + 0.5) * height / (bins * fine)
    x = (np.arange(bins * fine) + 0.5) * width / (bins * fine)
    surface = hat_surface(values, y, x)
    expected = surface.reshape(bins, fine, bins, fine).mean(axis=(1, 3))
    np.testing.assert_allclose(got, expected, atol=2e-4)


def test_bin_weights_by_hand():
    # points 0 and 1; the surface falls to zero from 1 to 2
    np.testing.assert_allclose(bin_weights(2, 1), [[0.25, 0.5]])
    np.testing.assert_allclose(bin_weights(2, 2), [[0.5, 0.5], [0, 0.5]])


@given(st.integers(1, 40), st.integers(1, 8))
def test_all_bins_together_hold_all_but_half_of_the_first_point(length, bins):
    weights = bin_weights(length, bins)
    whole = weights.sum(dim=0) * length / bins
    expected = np.ones(length)
    expected[0] = 0.5  # the region begins at the first point
    np.testing.assert_allclose(whole, expected, atol=1e-12)
    assert (weights >= 0).all()

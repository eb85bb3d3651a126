"""Pictures as networks want them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features.visual.preprocess import CaffePyramid, ResizeCrop, from_parameters
from toys.nets import picture


def test_resize_crop_by_hand():
    (out,) = ResizeCrop(resize=16, crop=8, mean=(0.5, 0.5, 0.2), std=(0.5, 0.5, 0.1))(picture())
    assert out.shape == (3, 8, 8)
    np.testing.assert_allclose(out[:, 4, 4], [1, -1, 0], atol=1e-6)


def test_resize_crop_survives_json():
    for preprocess in (ResizeCrop(), ResizeCrop(resize=(256, 256), crop=32)):
        parameters = preprocess.parameters()
        assert from_parameters(parameters) == preprocess


@pytest.mark.parametrize(
    "wrong", [{"resize": ()}, {"crop": 0}, {"resize": (8, 8, 8)}, {"std": (0,)}]
)
def test_sides_and_colours_that_no_picture_has(wrong):
    with pytest.raises(MorningError, match="sides"):
        ResizeCrop(**wrong)


def test_the_pyramid_is_bgr_without_scaling():
    outputs = CaffePyramid(short_sides=(16, 24))(picture(40, 40))
    assert [tuple(o.shape) for o in outputs] == [(3, 16, 16), (3, 24, 24)]
    expected = [51 - 102.9801, 0 - 115.9465, 255 - 122.7717]
    np.testing.assert_allclose(outputs[0][:, 3, 3], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "short", "expected"),
    [
        ((600, 600), 300, (304, 304)),  # 300 is rounded up to a multiple of 8
        ((600, 800), 600, (600, 800)),
        ((480, 640), 300, (304, 400)),
        ((500, 1500), 600, (336, 1000)),  # the long side is limited: 333 x 1000
        ((1, 1), 400, (400, 400)),
        ((3, 60), 300, (56, 1000)),
    ],
)
def test_sizes_of_the_pyramid(shape, short, expected):
    assert CaffePyramid().size(shape, short) == expected


@given(st.integers(1, 3000), st.integers(1, 20), st.booleans())
def test_the_pyramid_stays_within_bounds(side, ratio, upright):
    shape = (side, side * ratio) if upright else (side * ratio, side)
    for short in CaffePyramid().short_sides:
        height, width = CaffePyramid().size(shape, short)
        assert height % 8 == width % 8 == 0
        assert min(height, width) >= 8
        assert max(height, width) <= 1000

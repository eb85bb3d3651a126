"""One look at a picture: what is kept beside probabilities, and that only what lacks is done."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.encode import FEATURES, VisualOptions, encode, square
from morning.features.visual.preprocess import CaffePyramid
from morning.features.visual.recogniser import Views
from PIL import Image
from torch import nn
from toys.pictures import colours, paint

HERE = VisualOptions(workers=0, batch_size=3, shard_size=4, device="cpu")
EVERYTHING = (FEATURES, square(6))


@pytest.fixture
def looked(monkeypatch):
    """Record which pictures are decoded, and how many pass a network."""
    seen = {"decoded": [], "passed": 0}
    decode = pictures.decode
    monkeypatch.setattr(
        pictures, "decode", lambda path: seen["decoded"].append(path.name) or decode(path)
    )
    return seen


@pytest.fixture
def networks(looked):
    """Networks for objects and scenes that count what passes through them."""
    found = colours(3), colours(2, size=4)

    def count(_, inputs, __):
        looked["passed"] += len(inputs[0])

    for network in found:
        network.module.register_forward_hook(count)
    return found


def ten(folder):
    return [paint(folder, f"{i}.png", (20 * i + 5, 100, 30)) for i in range(10)]


def test_what_is_kept_by_hand(tmp_path, networks):
    Image.new("RGB", (12, 24), (255, 0, 51)).save(tmp_path / "red.png")
    paint(tmp_path, "blue.png", (0, 0, 255))
    names = ["red.png", "missing.png", "blue.png"]
    found = encode(names, tmp_path, *networks, tmp_path / "cache", HERE, EVERYTHING)
    rows = np.array([found.row_of["red.png"], found.row_of["blue.png"]])
    np.testing.assert_allclose(found.kept[FEATURES][rows], [[1, 0, 0.2], [0, 0, 1]], atol=1e-6)
    squares = found.kept[square(6)][rows]
    assert (squares.shape, squares.dtype) == ((2, 6, 6, 3), np.uint8)
    assert (squares == np.array([[255, 0, 51], [0, 0, 255]])[:, None, None]).all()
    assert not networks[0].classifier._forward_pre_hooks


def test_each_picture_is_decoded_and_passes_each_network_once(tmp_path, networks, looked):
    names, cache = ten(tmp_path), tmp_path / "cache"
    for _ in range(2):
        encode(names, tmp_path, *networks, cache, HERE, EVERYTHING)
    encode(names, tmp_path, *networks, cache, HERE)
    assert sorted(looked["decoded"]) == names
    assert looked["passed"] == 2 * len(names)


@pytest.mark.parametrize(("keep", "passes"), [((square(6),), 0), ((FEATURES,), 1)])
def test_only_what_is_lacking_is_done(tmp_path, networks, looked, keep, passes):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names[:6], tmp_path, *networks, cache, HERE)
    encode(names[6:], tmp_path, *networks, cache, HERE, keep)
    looked |= {"decoded": [], "passed": 0}
    later = encode(names, tmp_path, *networks, cache, HERE, keep)
    assert looked["decoded"] == names[:6]
    assert looked["passed"] == 6 * passes
    anew = encode(names, tmp_path, *networks, tmp_path / "other", HERE, keep)
    every = np.arange(len(names))
    for part in keep:
        np.testing.assert_array_equal(later.kept[part][every], anew.kept[part][every])
    np.testing.assert_array_equal(later.objects.toarray(), anew.objects.toarray())
    np.testing.assert_array_equal(later.scenes.toarray(), anew.scenes.toarray())


def test_a_damaged_part_takes_its_shard_with_it(tmp_path, networks, looked, caplog):
    names, cache = ten(tmp_path), tmp_path / "cache"
    first = encode(names, tmp_path, *networks, cache, HERE, EVERYTHING)
    whole = first.kept[FEATURES][np.arange(10)]
    kept = sorted(cache.rglob("features.npy"))[0]
    kept.write_bytes(kept.read_bytes()[:60])
    looked["decoded"].clear()
    again = encode(names, tmp_path, *networks, cache, HERE, EVERYTHING)
    assert "damaged" in caplog.text
    assert 0 < len(looked["decoded"]) < 10
    np.testing.assert_array_equal(again.kept[FEATURES][np.arange(10)], whole)


def test_other_code_looks_again(tmp_path, networks, looked, monkeypatch):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, *networks, cache, HERE)
    monkeypatch.setattr("morning.features.visual.encode.code_of", lambda *_: "another")
    encode(names, tmp_path, *networks, cache, HERE)
    assert len(looked["decoded"]) == 20


def test_a_network_without_a_linear_layer_has_no_features(tmp_path, networks):
    objects, scenes = networks
    odd = replace(objects, module=nn.Sequential(nn.Conv2d(3, 3, 8), nn.Flatten()))
    names = [paint(tmp_path, "a.png", (1, 2, 3))]
    encode(names, tmp_path, odd, scenes, tmp_path / "cache", HERE)
    with pytest.raises(MorningError, match="no linear last layer"):
        encode(names, tmp_path, odd, scenes, tmp_path / "cache", HERE, (FEATURES,))


def test_features_are_averaged_over_the_scales_of_a_picture():
    pyramid = replace(colours(3), preprocess=CaffePyramid(short_sides=(8, 16)))
    views = Views.of([[torch.zeros(3, 8, 8), torch.ones(3, 16, 16)], [torch.ones(3, 8, 8)]])
    features = pyramid.recognise(views)[1]
    np.testing.assert_allclose(features, [[0.5] * 3, [1] * 3])

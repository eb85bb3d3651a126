"""One look at a picture: resumed, kept by content, and only what lacks is done."""

import multiprocessing
import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual import pictures
from morning.features.visual.encode import encode
from morning.features.visual.preprocess import CaffePyramid
from morning.features.visual.recognise import FEATURES, VisualOptions, square
from morning.features.visual.recogniser import Recogniser, Views
from morning.learning.device import find_device
from morning.scale.engines import Engine
from PIL import Image
from torch import nn
from toys.looks import HERE, Channels, plain, ten
from toys.pictures import colours, paint

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


def test_a_second_run_decodes_nothing(tmp_path, objects, scenes, decoded):
    names = ten(tmp_path)
    first = encode(names, tmp_path, objects, scenes, tmp_path / "cache", HERE)
    assert sorted(decoded) == names
    decoded.clear()
    second = encode(names, tmp_path, objects, scenes, tmp_path / "cache", HERE)
    assert decoded == []
    for half in ("objects", "scenes"):
        a = getattr(first, half)[[first.row_of[n] for n in names]].toarray()
        b = getattr(second, half)[[second.row_of[n] for n in names]].toarray()
        np.testing.assert_array_equal(a, b)


def test_an_interrupted_run_resumes_at_the_last_shard(tmp_path, objects, scenes, monkeypatch):
    names, cache = ten(tmp_path), tmp_path / "cache"
    decode, seen = pictures.decode, []

    def stop(path):
        if len(seen) == 8:
            raise KeyboardInterrupt
        seen.append(path.name)
        return decode(path)

    monkeypatch.setattr(pictures, "decode", stop)
    with pytest.raises(KeyboardInterrupt):
        encode(names, tmp_path, objects, scenes, cache, HERE)
    # shards of 4: two were written
    assert len(list(cache.rglob("digests.npy"))) == 2
    assert not list(cache.rglob("*.partial"))
    again = []
    monkeypatch.setattr(pictures, "decode", lambda path: again.append(path.name) or decode(path))
    encoded = encode(names, tmp_path, objects, scenes, cache, HERE)
    assert again == names[8:]
    assert len(encoded.row_of) == 10


def test_what_is_asked_for_later_is_added_and_nothing_done_twice(
    tmp_path, objects, scenes, decoded, monkeypatch
):
    """The rivals ask for more of the same pictures: no network sees them again for that."""
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, objects, scenes, cache, HERE)
    assert len(decoded) == 10
    decoded.clear()
    monkeypatch.setattr(Recogniser, "recognise", None)  # it would be called
    more = encode(names, tmp_path, objects, scenes, cache, HERE, keep=[square(4)])
    assert len(decoded) == 10  # squares were not kept the first time
    decoded.clear()
    again = encode(names, tmp_path, objects, scenes, cache, HERE, keep=[square(4)])
    assert decoded == []
    rows = np.array([more.row_of[name] for name in names])
    squares = more.kept[square(4)][rows]
    assert (squares.shape, squares.dtype) == ((10, 4, 4, 3), np.uint8)
    np.testing.assert_array_equal(again.kept[square(4)][rows], squares)


def test_a_changed_picture_is_recognised_again_and_a_renamed_one_is_not(
    tmp_path, objects, scenes, decoded
):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, objects, scenes, cache, HERE)
    decoded.clear()
    paint(tmp_path, "3.png", (0, 0, 255))
    (tmp_path / "4.png").rename(tmp_path / "renamed.png")
    names[4] = "renamed.png"
    encoded = encode(names, tmp_path, objects, scenes, cache, HERE)
    assert decoded == ["3.png"]
    blue = encoded.objects[encoded.row_of["3.png"]].toarray()
    np.testing.assert_allclose(blue, [[0, 0, 1]], atol=1e-5)


def test_a_picture_is_decoded_once_however_often_it_is_used(tmp_path, objects, scenes, decoded):
    paint(tmp_path, "a.png", (9, 8, 7))
    paint(tmp_path, "copy.png", (9, 8, 7))
    names = ["a.png", "a.png", "copy.png"]
    encoded = encode(names, tmp_path, objects, scenes, tmp_path / "cache", HERE)
    assert len(decoded) == 1
    assert encoded.row_of == {"a.png": 0, "copy.png": 0}


def test_another_network_recognises_everything_again(tmp_path, objects, scenes, decoded):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, objects, scenes, cache, HERE)
    decoded.clear()
    other = Recogniser("other", objects.labels, Channels(3), plain(6))
    encode(names, tmp_path, other, scenes, cache, HERE)
    assert len(decoded) == 10


def test_worker_processes_see_the_same(tmp_path, objects, scenes):
    names = [*ten(tmp_path), "missing.png"]
    (tmp_path / "text.png").write_text("no picture")
    names.append("text.png")
    here = encode(names, tmp_path, objects, scenes, tmp_path / "a", HERE)
    options = VisualOptions(workers=1, batch_size=3, shard_size=4, device="cpu")
    there = encode(names, tmp_path, objects, scenes, tmp_path / "b", options)
    assert there.skipped == here.skipped
    assert there.row_of == here.row_of
    np.testing.assert_array_equal(there.objects.toarray(), here.objects.toarray())
    assert not multiprocessing.active_children()


def test_a_dead_worker_is_said_plainly(tmp_path, objects, scenes, monkeypatch):
    monkeypatch.setattr(pictures, "decode", lambda path: os._exit(1))
    options = VisualOptions(workers=1, batch_size=3, device="cpu")
    with pytest.raises(MorningError, match="workers=0"):
        encode(ten(tmp_path), tmp_path, objects, scenes, tmp_path / "cache", options)


def test_pictures_of_several_sizes_share_a_batch(tmp_path, objects):
    names = [paint(tmp_path, "a.png", (255, 0, 0), (9, 30)), paint(tmp_path, "b.png", (0, 255, 0))]
    pyramid = CaffePyramid(short_sides=(8, 16), mean=(0, 0, 0))  # channels arrive as b, g, r
    scenes = Recogniser("pyramid", ("blue", "green", "red"), Channels(3), pyramid)
    encoded = encode(names, tmp_path, objects, scenes, tmp_path / "cache", HERE)
    rows = [encoded.row_of[name] for name in names]
    expected = [[0, 0, 1], [0, 1, 0]]
    np.testing.assert_allclose(encoded.scenes[rows].toarray(), expected, atol=1e-5)


def test_numbers_that_are_not_finite_are_refused(tmp_path, objects, scenes):
    with torch.no_grad():
        objects.module.gain.fill_(float("nan"))
    names = [paint(tmp_path, "a.png", (1, 2, 3))]
    with pytest.raises(MorningError, match="not finite"):
        encode(names, tmp_path, objects, scenes, tmp_path / "cache", HERE)
    assert not list((tmp_path / "cache").rglob("*.npz"))


def test_devices():
    assert find_device("cpu").type == "cpu"
    assert find_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(MorningError, match="cannot be used"):
        find_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(MorningError, match="cannot be used"):
            find_device("cuda")


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0.001}, {"threshold": 1.0}, {"batch_size": 0}, {"workers": -1}]
)
def test_senseless_options_are_refused(wrong):
    with pytest.raises(MorningError, match="must be"):
        VisualOptions(**wrong)


def test_on_a_cluster_the_same_is_written(tmp_path, monkeypatch):
    """What a cluster does is map_shards', which has tests of its own."""
    names = [*ten(tmp_path), "broken.png"]
    (tmp_path / "broken.png").write_bytes(b"no picture")
    asked = []

    def mapped(step, shards, engine):
        asked.append(engine)
        return map(pickle.loads(pickle.dumps(step)), shards)

    monkeypatch.setattr("morning.features.visual.encode.map_shards", mapped)
    here, there, networks = tmp_path / "here", tmp_path / "there", (colours(3), colours(2))
    ours = encode(names, tmp_path, *networks, here, HERE, EVERYTHING)
    theirs = encode(names, tmp_path, *networks, there, HERE, EVERYTHING, Engine("ray"))
    assert asked == [Engine("ray")]
    assert ours.skipped == theirs.skipped != ()
    assert _bytes(here) == _bytes(there)


def _bytes(folder):
    files = (path for path in folder.rglob("*") if path.suffix in (".npy", ".npz"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}

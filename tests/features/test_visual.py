"""From picture files to the visual blocks: faults, the cache, pooling."""

import json
import logging
import multiprocessing
import os
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
import torch
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.featureset import FeatureSet, account_table
from morning.features.posts import AudienceOptions, Posts
from morning.features.visual import pictures
from morning.features.visual.blocks import visual_block
from morning.features.visual.encode import VisualOptions, encode, square
from morning.features.visual.preprocess import CaffePyramid, ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.shards import Shards
from morning.learning.device import find_device
from PIL import Image
from torch import nn

HERE = VisualOptions(workers=0, batch_size=3, shard_size=4, device="cpu")
FAULTY = {
    "empty.jpg": "empty file",
    "truncated.jpg": "truncated",
    "bomb.png": "50,000,000 pixels",
    "middling.png": "more than 50,000,000 pixels (8000 × 8000)",
    "text.jpg": "cannot be decoded",
    "missing.jpg": "no such file",
    "thin.png": "longer than wide",
    "folder.jpg": "no such file",
    "link.jpg": "leaves the folder",
    "drawing.eps": "cannot be decoded",
    "nul\0.jpg": "cannot be opened",
}


class Channels(nn.Module):
    """A network with a known answer: class c has probability share of channel c's mean."""

    def __init__(self, classes):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))
        self.classes = classes

    def forward(self, x):
        return (x.mean(dim=(2, 3))[:, : self.classes] * self.gain).clamp_min(1e-6).log()


def plain(size=8):
    """Leave the values of a picture as they are, from 0 to 1."""
    return ResizeCrop(resize=size, crop=size, mean=(0, 0, 0), std=(1, 1, 1))


@pytest.fixture
def objects():
    return Recogniser("red green blue", ("red", "green", "blue"), Channels(3), plain())


@pytest.fixture
def scenes():
    return Recogniser("red green", ("red", "green"), Channels(2), plain(4))


@pytest.fixture
def decoded(monkeypatch):
    """Record which pictures are decoded."""
    seen, decode = [], pictures.decode

    def count(path):
        seen.append(path.name)
        return decode(path)

    monkeypatch.setattr(pictures, "decode", count)
    return seen


def paint(folder, name, colour, size=(12, 12)):
    Image.new("RGB", size, colour).save(folder / name)
    return name


def ten(folder):
    """Ten pictures of different content."""
    return [paint(folder, f"{i}.png", (20 * i + 5, 100, 30)) for i in range(10)]


def png_of_zeros(width, height):
    """A PNG of one grey level: a large picture in a small file, written without decoding it."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(width + 1)) for _ in range(height)) + rows.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def faulty(folder):
    """Write every fault of `FAULTY`; return their names."""
    (folder / "empty.jpg").touch()
    paint(folder, "truncated.jpg", (9, 9, 9), (200, 200))
    content = (folder / "truncated.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(content[: len(content) // 2])
    (folder / "bomb.png").write_bytes(png_of_zeros(20_000, 20_000))
    assert (folder / "bomb.png").stat().st_size < 2**20
    (folder / "middling.png").write_bytes(png_of_zeros(8_000, 8_000))
    (folder / "text.jpg").write_text("this is not a picture")
    paint(folder, "thin.png", (1, 1, 1), (210, 10))
    (folder / "folder.jpg").mkdir()
    outside = folder.parent / f"{folder.name}-outside.png"
    paint(outside.parent, outside.name, (1, 2, 3))
    (folder / "link.jpg").symlink_to(outside)
    (folder / "drawing.eps").write_text(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    )
    return list(FAULTY)


# --- reading pictures -----------------------------------------------------------------------


def test_every_fault_is_skipped_counted_and_listed(tmp_path, objects, scenes, caplog):
    folder = tmp_path / "images"
    folder.mkdir()
    names = [*faulty(folder), paint(folder, "good.png", (51, 102, 102))]
    with caplog.at_level(logging.WARNING):
        encoded = encode(names, folder, objects, scenes, tmp_path / "cache", HERE)
    reasons = dict(encoded.skipped)
    assert list(reasons) == list(FAULTY)
    for name, reason in FAULTY.items():
        assert reason in reasons[name], name
        assert str(tmp_path) not in reasons[name]
    assert encoded.row_of == {"good.png": 0}
    expected = [[0.2, 0.4, 0.4]]
    np.testing.assert_allclose(encoded.objects.toarray(), expected, rtol=1e-5)
    assert f"{len(FAULTY)} of {len(FAULTY) + 1} pictures skipped" in caplog.text


def test_files_that_are_too_large_are_not_opened(tmp_path, monkeypatch):
    paint(tmp_path, "a.png", (1, 2, 3))
    monkeypatch.setattr(pictures, "MAX_BYTES", 10)
    with pytest.raises(pictures.UnusablePictureError, match="larger than 10 bytes"):
        pictures.locate("a.png", tmp_path)


KINDS = {
    "JPEG": ("RGB", "L", "CMYK", "1"),
    "MPO": ("RGB",),
    "PNG": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"),
    "GIF": ("RGB", "RGBA", "L", "LA", "P", "1"),
    "WEBP": ("RGB", "RGBA", "L"),
    "BMP": ("RGB", "RGBA", "L", "P", "1"),
}


@pytest.mark.parametrize(("kind", "mode"), [(k, m) for k, modes in KINDS.items() for m in modes])
def test_pictures_of_every_kind_become_rgb(tmp_path, kind, mode):
    Image.new(mode, (30, 20)).save(tmp_path / "x", kind)
    picture = pictures.decode(tmp_path / "x")
    assert picture.mode == "RGB"
    assert picture.size == (30, 20)


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(tmp_path):
    paint(tmp_path, "large.jpg", (200, 100, 50), (4400, 4200))
    picture = pictures.decode(tmp_path / "large.jpg")
    assert picture.size == (1100, 1050)
    np.testing.assert_allclose(picture.getpixel((500, 500)), (200, 100, 50), atol=2)


def test_a_picture_taken_sideways_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "x.jpg", exif=exif)
    assert pictures.decode(tmp_path / "x.jpg").size == (20, 30)


# --- the cache ------------------------------------------------------------------------------


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
    # batches of 3, a shard once 4 are there: 6 pictures were written, 2 are lost
    assert len(list(cache.rglob("digests.npy"))) == 1
    assert not list(cache.rglob("*.partial"))
    again = []
    monkeypatch.setattr(pictures, "decode", lambda path: again.append(path.name) or decode(path))
    encoded = encode(names, tmp_path, objects, scenes, cache, HERE)
    assert again == names[6:]
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


def test_a_damaged_shard_is_left_out_and_made_again(tmp_path, objects, scenes, decoded, caplog):
    names, cache = ten(tmp_path), tmp_path / "cache"
    encode(names, tmp_path, objects, scenes, cache, HERE)
    decoded.clear()
    shards = sorted(cache.rglob("*.npz"))
    shards[0].write_bytes(shards[0].read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        encoded = encode(names, tmp_path, objects, scenes, cache, HERE)
    assert "damaged" in caplog.text
    assert 0 < len(decoded) < 10
    assert len(encoded.row_of) == 10


def test_a_shard_with_an_object_in_it_is_not_unpickled(tmp_path, caplog):
    (tmp_path / "x").mkdir()
    np.save(tmp_path / "x" / "digests.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with caplog.at_level(logging.WARNING):
        assert Shards(tmp_path, {"objects": 3, "scenes": 2}).parts == {}
    assert "damaged" in caplog.text


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


# --- the blocks -----------------------------------------------------------------------------


@pytest.fixture
def dataset(tmp_path):
    """A brand with two pictures, an influencer with a broken one, another without posts."""
    folder = tmp_path / "images"
    folder.mkdir()
    paint(folder, "redgreen.png", (204, 51, 0))  # 0.8, 0.2, 0
    paint(folder, "mixed.png", (23, 116, 116))  # about 0.09, 0.45, 0.45
    paint(folder, "fan.png", (0, 0, 255))
    (folder / "broken.png").write_bytes(b"broken")
    accounts = [("i", "influencer"), ("b", "brand"), ("lurker", "influencer"), ("fan", "audience")]
    posts = [
        ("p0", "b", "images/redgreen.png"),
        ("p1", "b", "images/mixed.png"),
        ("p2", "b", "images/mixed.png"),
        ("p3", "b", None),
        ("p4", "i", "images/broken.png"),
        ("p5", "fan", "images/fan.png"),
        ("p6", "fan", ""),
    ]
    table = pd.DataFrame(accounts, columns=["account_id", "role"])
    table["category"] = table["role"].map({"brand": "food"})
    table["split"] = table["role"].map({"brand": "train"})
    return Dataset(
        accounts=table,
        posts=pd.DataFrame(posts, columns=["post_id", "account_id", "image"]),
        audiences=pd.DataFrame([("b", "fan"), ("i", "fan")], columns=["account_id", "audience_id"]),
        collaborations=pd.DataFrame({"brand_id": ["b"], "influencer_id": ["i"]}),
        root=tmp_path,
    ).validate()


def test_content_by_hand(dataset, tmp_path, objects, scenes, caplog):
    with caplog.at_level(logging.WARNING):
        block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    assert account_table(dataset)["account_id"].tolist() == ["b", "i", "lurker"]
    # objects of b: (0.8, 0.2, 0) + 2 * (0, 116/255, 116/255); red of `mixed` is below 0.1
    share = 116 / 255
    summed = np.array([0.8, 0.2 + 2 * share, 2 * share])
    # scenes of b, from red and green alone: (0.8, 0.2) + 2 * (23/139, 116/139)
    scene = np.array([0.8 + 2 * 23 / 139, 0.2 + 2 * 116 / 139])
    expected = [*(summed / summed.sum()), *(scene / scene.sum())]
    np.testing.assert_allclose(block.values[0], expected, rtol=1e-5)
    np.testing.assert_allclose(block.values[1:], [[1 / 3] * 3 + [0.5] * 2] * 2, rtol=1e-6)
    assert block.values.dtype == np.float32
    assert block.counts == {
        "accounts": 3,
        "posts": 5,
        "posts_pooled": 3,
        "posts_without_picture": 1,
        "pictures": 3,
        "pictures_skipped": 1,
        "accounts_uniform_objects": 2,
        "accounts_uniform_scenes": 2,
    }
    assert [name for name, _ in block.skipped] == ["images/broken.png"]
    assert "2 of 3 accounts show no objects above 0.1" in caplog.text


def test_the_threshold_changes_the_block_without_decoding(
    dataset, tmp_path, objects, scenes, decoded
):
    visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    decoded.clear()
    strict = VisualOptions(threshold=0.5, workers=0, device="cpu")
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", strict)
    assert decoded == ["broken.png"]  # the broken one is tried again, in case it was mended
    np.testing.assert_allclose(block.values[0, :3], [1, 0, 0], atol=1e-6)


def test_audience_by_hand(dataset, tmp_path, objects, scenes):
    audience = AudienceOptions(accounts=2, posts=2, seed=3)
    block = visual_block(
        Posts.of_audience(dataset, audience), objects, scenes, tmp_path / "cache", HERE
    )
    np.testing.assert_allclose(block.values[:2, :3], [[0, 0, 1]] * 2, atol=1e-5)
    np.testing.assert_allclose(block.values[2, :3], [1 / 3] * 3, atol=1e-6)
    assert block.counts["posts"] == 4 == len(Posts.of_audience(dataset, audience))
    assert block.counts["pictures"] == 1
    assert block.made["audience"] == {"accounts": 2, "posts": 2, "seed": 3}


def test_a_block_says_how_it_was_made(dataset, tmp_path, objects, scenes):
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    made = json.loads(json.dumps(block.made, allow_nan=False))
    assert made["objects"]["weights_sha256"] == objects.weights_digest
    assert made["objects"]["classes"] == 3
    assert made["scenes"]["preprocess"]["resize"] == 4
    assert made["threshold"] == 0.1
    assert made["counts"] == block.counts


def test_blocks_fit_into_a_feature_set(dataset, tmp_path, objects, scenes):
    content = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    audience = visual_block(Posts.of_audience(dataset), objects, scenes, tmp_path / "cache", HERE)
    features = FeatureSet(
        accounts=account_table(dataset),
        collaborations=dataset.collaborations,
        blocks={"content_visual": content.values, "audience_visual": audience.values},
        made={"content_visual": content.made, "audience_visual": audience.made},
    )
    features.save(tmp_path / "features")
    assert FeatureSet.load(tmp_path / "features").made == features.made


def test_posts_may_come_in_any_order(dataset, tmp_path, objects, scenes):
    first = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    dataset.posts = dataset.posts.iloc[::-1].reset_index(drop=True)
    again = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    np.testing.assert_allclose(again.values, first.values, atol=1e-7)


def test_a_dataset_without_any_picture_is_uniform(dataset, tmp_path, objects, scenes):
    dataset.posts = dataset.posts.assign(image=None)
    dataset.root = None
    block = visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)
    np.testing.assert_allclose(block.values, [[1 / 3] * 3 + [0.5] * 2] * 3, rtol=1e-6)
    assert block.counts["posts_without_picture"] == 5


def test_pictures_need_a_root(dataset, tmp_path, objects, scenes):
    dataset.root = None
    with pytest.raises(MorningError, match="no root folder"):
        visual_block(Posts.own(dataset), objects, scenes, tmp_path / "cache", HERE)

"""The table of released files, and where they are looked for."""

import pytest
from morning.features.visual import vision
from morning.features.visual.weights import (
    IMAGENET,
    NETWORKS,
    PLACES365,
    SCENES,
    absent,
    find,
    named,
    size,
)
from toys.cache import own_cache


@pytest.fixture
def cache(monkeypatch, tmp_path):
    return own_cache(monkeypatch, tmp_path / "cache")


def put(folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"weights")
    return folder / name


def test_the_object_network_is_the_one_that_torchvision_means():
    weights = vision.import_torchvision().models.ResNet101_Weights.IMAGENET1K_V2
    assert IMAGENET.url == weights.url
    assert weights.url.endswith(f"/{IMAGENET.name}")
    assert IMAGENET.digest == "cd907fc2"
    assert abs(IMAGENET.size / 2**20 - weights.meta["_file_size"]) < 0.1


def test_every_file_has_its_address_and_size():
    files = {file for files in NETWORKS.values() for file in files} | {*PLACES365.values()}
    assert len({file.name for file in files}) == len(files) == 6
    for file in files:
        assert file.url.endswith(f"/{file.name}")
        assert file.size > 1000
        assert set(file.digest) <= set("0123456789abcdef")
    assert len(SCENES.digest) == 64
    assert size(NETWORKS["network"]) == "276 MB"
    assert size([SCENES]) == "1 MB"
    expected = "resnet101.pth, resnet50_places365.pth.tar, categories_places365.txt"
    assert named(NETWORKS["network"]) == expected


def test_the_named_folder_comes_before_the_caches(cache, tmp_path, monkeypatch):
    assert find(IMAGENET) is None
    fetched = put(cache, IMAGENET.name)
    assert find(IMAGENET) == fetched
    torchvision = put(tmp_path / "cache" / "torch" / "hub" / "checkpoints", IMAGENET.name)
    assert find(IMAGENET) == torchvision
    mine = put(tmp_path / "mine", "resnet101.pth")
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path / "mine"))
    assert find(IMAGENET) == mine
    assert absent(NETWORKS["network"]) == [PLACES365["resnet50"], SCENES]


def test_a_folder_that_is_given_is_the_only_one(cache, tmp_path):
    put(cache, IMAGENET.name)
    assert find(IMAGENET, tmp_path / "mine") is None
    mine = put(tmp_path / "mine", IMAGENET.name)
    assert find(IMAGENET, tmp_path / "mine") == mine

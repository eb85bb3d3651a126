"""Pretrained networks, from a folder or fetched."""

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual import pretrained, vision
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.pretrained import imagenet_resnet, places365_resnet, scene_labels
from morning.features.visual.recogniser import Views
from morning.features.visual.weights import IMAGENET, NETWORKS
from toys.nets import SCENES, picture

models = vision.import_torchvision().models


def test_imagenet_weights_from_a_file(tmp_path):
    net = models.resnet18(weights=None)
    torch.save(net.state_dict(), tmp_path / "r.pth")
    recogniser = imagenet_resnet("resnet18", "IMAGENET1K_V1", tmp_path / "r.pth")
    assert len(recogniser.labels) == 1000
    assert recogniser.labels[0] == "tench"
    assert recogniser.preprocess == ResizeCrop(resize=256, crop=224)
    (x,) = ResizeCrop(resize=32, crop=32)(picture())
    got = recogniser.probabilities(Views.of([[x]]))
    np.testing.assert_allclose(got, net.eval()(x[None]).softmax(1).detach(), atol=1e-6)
    np.testing.assert_allclose(got.sum(), 1, atol=1e-5)


@pytest.fixture
def fetched(monkeypatch):
    """Record which files are asked for; none can be had."""
    asked = []

    def refuse(file, folder=None):
        asked.append(file)
        raise MorningError("no route")

    monkeypatch.setattr(pretrained, "locate", refuse)
    return asked


def test_weights_that_are_not_named_are_the_released_ones(fetched):
    for ask in (imagenet_resnet, places365_resnet, scene_labels):
        with pytest.raises(MorningError, match="no route"):
            ask()
    assert [file.name for file in fetched] == [file.name for file in NETWORKS["network"]]
    assert (fetched[0].url, fetched[0].digest) == (IMAGENET.url, IMAGENET.digest)
    with pytest.raises(MorningError):
        imagenet_resnet("resnet18", "IMAGENET1K_V1")
    assert fetched[-1].url == models.ResNet18_Weights.IMAGENET1K_V1.url
    assert fetched[-1].digest == "f37072fd"


def test_unknown_networks_are_refused():
    with pytest.raises(MorningError, match="unknown architecture"):
        imagenet_resnet("vgg16")
    with pytest.raises(MorningError, match="no weights named"):
        imagenet_resnet("resnet50", "BEST")
    with pytest.raises(MorningError, match="no checkpoint"):
        places365_resnet("resnet101")


@pytest.fixture
def labelled(tmp_path):
    """A folder with the label file of Places365."""
    names = ["/a/airfield", "/a/apartment_building/outdoor", *SCENES[2:]]
    lines = [f"{name} {i}" for i, name in enumerate(names)]
    (tmp_path / "categories_places365.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_scene_labels(labelled):
    labels = scene_labels(labelled)
    assert labels[:2] == ("airfield", "apartment_building/outdoor")
    assert len(labels) == 365


@pytest.mark.parametrize("text", ["/a/airfield 0\n", "nonsense\n", "/a/b x\n", ""])
def test_a_wrong_label_file_is_refused(tmp_path, text):
    (tmp_path / "categories_places365.txt").write_text(text)
    with pytest.raises(MorningError, match=r"cannot be read as lines|365 scenes"):
        scene_labels(tmp_path)


def test_places365_checkpoint(labelled):
    net = models.resnet18(weights=None, num_classes=365)
    state = {f"module.{k}": v for k, v in net.state_dict().items() if "num_batches" not in k}
    checkpoint = {"epoch": 90, "arch": "resnet18", "state_dict": state, "best_prec1": 54.2}
    torch.save(checkpoint, labelled / "resnet18_places365.pth.tar")
    recogniser = places365_resnet("resnet18", labelled)
    assert recogniser.preprocess == ResizeCrop(resize=(256, 256), crop=224)
    assert torch.equal(recogniser.module.fc.weight, net.fc.weight)
    (x,) = ResizeCrop(resize=32, crop=32)(picture())
    got = recogniser.probabilities(Views.of([[x]]))
    np.testing.assert_allclose(got, net.eval()(x[None]).softmax(1).detach(), atol=1e-6)


def test_a_missing_checkpoint_is_named_with_its_address(labelled):
    with pytest.raises(MorningError, match=r"resnet50_places365\.pth\.tar; fetch it from http"):
        places365_resnet("resnet50", labelled)

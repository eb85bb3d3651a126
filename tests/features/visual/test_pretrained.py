"""Pretrained networks, from a folder or fetched."""

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual import checkpoints, vision
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.pretrained import imagenet_resnet, places365_resnet, scene_labels
from morning.features.visual.recogniser import Views
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


def test_imagenet_weights_from_the_network(monkeypatch):
    chosen = models.ResNet18_Weights.IMAGENET1K_V1
    state, asked = models.resnet18(weights=None).state_dict(), {}

    def get(self, **options):
        asked.update(options)
        return state

    monkeypatch.setattr(type(chosen), "get_state_dict", get)
    recogniser = imagenet_resnet("resnet18", "IMAGENET1K_V1")
    assert asked["weights_only"] is True
    assert asked["check_hash"] is True
    assert torch.equal(recogniser.module.conv1.weight, state["conv1.weight"])


def test_no_network_is_said_plainly(monkeypatch):
    def get(self, **options):
        raise OSError("no route to host")

    monkeypatch.setattr(models.ResNet18_Weights, "get_state_dict", get)
    with pytest.raises(MorningError, match="give its path"):
        imagenet_resnet("resnet18", "IMAGENET1K_V1")
    monkeypatch.setattr(checkpoints.pooch, "retrieve", lambda *a, **k: get(None))
    with pytest.raises(MorningError, match="give the folder that has it"):
        places365_resnet("resnet18")


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
    with pytest.raises(MorningError, match=r"lines must read|365 scenes"):
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


def test_files_are_fetched_where_no_folder_is_given(labelled, monkeypatch):
    monkeypatch.setattr(
        checkpoints.pooch, "retrieve", lambda url, known_hash, fname, path: str(labelled / fname)
    )
    assert scene_labels()[0] == "airfield"

"""The small networks of the demo."""

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.small import (
    SmallOptions,
    accuracy,
    load_small,
    save_small,
    small_resnet,
    train_small,
)
from PIL import Image
from toys.nets import picture

SHAPES = ("square", "cross", "ring")


def drawn(n, seed=0, size=32):
    """Noisy pictures of three shapes anywhere on grounds of any colour."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    y, x = np.mgrid[:size, :size]
    images = np.empty((n, size, size, 3))
    for image, label in zip(images, labels, strict=True):
        a, b = abs(y - rng.integers(10, size - 10)), abs(x - rng.integers(10, size - 10))
        far = np.maximum(a, b)
        mask = (far < 7, (np.minimum(a, b) < 2) & (far < 9), (far < 9) & (far > 5))[label]
        image[:] = np.where(mask[..., None], rng.integers(170, 255, 3), rng.integers(0, 110, 3))
    noisy = images + rng.normal(0, 8, images.shape)
    return noisy.clip(0, 255).astype(np.uint8), labels


@pytest.fixture(scope="module")
def trained():
    return train_small(*drawn(480), SHAPES, SmallOptions(width=8, epochs=6, batch_size=32))


def test_a_small_resnet_learns_to_tell_shapes_apart(trained):
    assert accuracy(trained, *drawn(200, seed=1)) > 0.9
    untrained = Recogniser("untrained", SHAPES, small_resnet(3, 8), trained.preprocess)
    assert accuracy(untrained, *drawn(200, seed=1)) < 0.6


def test_training_repeats_and_depends_on_its_seed():
    data = drawn(64)
    options = SmallOptions(width=8, epochs=1)
    first = train_small(*data, SHAPES, options)
    assert train_small(*data, SHAPES, options).weights_digest == first.weights_digest
    other = train_small(*data, SHAPES, SmallOptions(width=8, epochs=1, seed=1))
    assert other.weights_digest != first.weights_digest


def test_training_leaves_the_global_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_small(*drawn(8), SHAPES, SmallOptions(width=8, epochs=1))
    assert torch.equal(torch.rand(3), expected)


def test_a_saved_small_resnet_is_the_same(trained, tmp_path):
    save_small(trained, tmp_path / "net")
    loaded = load_small(tmp_path / "net")
    assert loaded.digest == trained.digest
    assert loaded.labels == SHAPES
    assert loaded.name == trained.name
    view = Views.of([loaded.preprocess(picture())])
    assert torch.equal(loaded.probabilities(view), trained.probabilities(view))


def test_preprocessing_a_picture_is_what_training_saw(trained):
    images, _ = drawn(1)
    (x,) = trained.preprocess(Image.fromarray(images[0]))
    expected = torch.from_numpy(images[0]).permute(2, 0, 1) / 127.5 - 1
    np.testing.assert_allclose(x, expected, atol=1e-6)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "weights.safetensors").write_bytes(b"short"),
        lambda folder: (folder / "weights.safetensors").unlink(),
        lambda folder: (folder / "recogniser.json").write_text("{}"),
        lambda folder: (folder / "recogniser.json").write_text("["),
    ],
)
def test_a_damaged_small_resnet_is_refused(trained, tmp_path, damage):
    save_small(trained, tmp_path / "net")
    damage(tmp_path / "net")
    with pytest.raises(MorningError, match=r"cannot be read|differs from what"):
        load_small(tmp_path / "net")


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((2, 8, 8, 3)), np.array([0, 1])),
        (np.zeros((2, 8, 9, 3), dtype=np.uint8), np.array([0, 1])),
        (np.zeros((0, 8, 8, 3), dtype=np.uint8), np.array([], dtype=int)),
        (np.zeros((2, 8, 8, 3), dtype=np.uint8), np.array([0])),
        (np.zeros((2, 8, 8, 3), dtype=np.uint8), np.array([0, 3])),
        (np.zeros((2, 8, 8, 3), dtype=np.uint8), np.array(["a", "b"])),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(images, labels):
    with pytest.raises(MorningError, match=r"pictures must be|labels must be"):
        train_small(images, labels, SHAPES)

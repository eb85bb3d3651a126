"""Networks and their loaders, on checkpoints saved in the layouts of the released ones."""

import importlib
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features.visual import checkpoints, pretrained, upernet, vision
from morning.features.visual.checkpoints import fill, read_state
from morning.features.visual.precise import bin_weights, precise_pool
from morning.features.visual.preprocess import CaffePyramid, ResizeCrop, from_parameters
from morning.features.visual.pretrained import imagenet_resnet, places365_resnet, scene_labels
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.small import (
    SmallOptions,
    accuracy,
    load_small,
    save_small,
    small_resnet,
    train_small,
)
from morning.features.visual.upernet import DeepStemResNet, SceneDecoder, upernet_scenes
from PIL import Image
from torch import nn

models = vision.import_torchvision().models


# --- importing torchvision ------------------------------------------------------------------


@pytest.fixture
def declared(monkeypatch):
    """Pretend that torchvision was not imported yet; record what would be declared."""
    made = []

    class Library:
        def __init__(self, name, kind):
            made.append((name, kind))

        def define(self, schema):
            made.append(schema.split("(")[0])

    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.setattr(vision, "_KEPT", [])
    monkeypatch.setattr(torch.library, "Library", Library)
    monkeypatch.setattr(importlib, "import_module", lambda name: SimpleNamespace(name=name))
    return made


def test_operators_are_declared_where_the_library_does_not_load(declared, monkeypatch):
    def fail(path):
        raise OSError("undefined symbol")

    monkeypatch.setattr(torch.ops, "load_library", fail)
    assert vision.import_torchvision().name == "torchvision"
    assert declared == [("torchvision", "FRAGMENT"), "nms", "qnms"]
    assert len(vision._KEPT) == 1
    vision.import_torchvision()
    assert len(declared) == 3  # once is enough, and twice would fail


def test_nothing_is_declared_where_the_library_loads(declared, monkeypatch):
    loaded = []
    monkeypatch.setattr(torch.ops, "load_library", loaded.append)
    assert vision.import_torchvision().name == "torchvision"
    assert declared == []
    assert len(loaded) == 1
    assert "_C" in loaded[0]


def test_a_torchvision_without_a_library_counts_as_not_loading(monkeypatch):
    monkeypatch.setattr(importlib.machinery.PathFinder, "find_spec", lambda *_: None)
    assert not vision.library_loads()


# --- preprocessing and the recogniser -------------------------------------------------------


def picture(width=40, height=30, colour=(255, 0, 51)):
    return Image.new("RGB", (width, height), colour)


def test_resize_crop_by_hand():
    (out,) = ResizeCrop(resize=16, crop=8, mean=(0.5, 0.5, 0.2), std=(0.5, 0.5, 0.1))(picture())
    assert out.shape == (3, 8, 8)
    np.testing.assert_allclose(out[:, 4, 4], [1, -1, 0], atol=1e-6)


def test_resize_crop_survives_json():
    for preprocess in (ResizeCrop(), ResizeCrop(resize=(256, 256), crop=32)):
        parameters = preprocess.parameters()
        assert from_parameters(parameters) == preprocess


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


class Means(nn.Module):
    """Logits are the logarithms of the means of the first two channels."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x[:, :2].mean(dim=(2, 3)).log() * self.scale


def test_probabilities_are_averaged_over_the_scales_of_a_picture():
    def constant(a, b, size):
        return torch.tensor([a, b, 0.0])[:, None, None].expand(3, size, size)

    inputs = [[constant(1, 3, 8), constant(1, 1, 16)], [constant(2, 2, 8)]]
    views = Views.of(inputs)
    assert sorted(len(pictures) for pictures, _ in views.stacks) == [1, 2]
    recogniser = Recogniser("means", ("a", "b"), Means(), ResizeCrop())
    got = recogniser.probabilities(views)
    np.testing.assert_allclose(got, [[(0.25 + 0.5) / 2, (0.75 + 0.5) / 2], [0.5, 0.5]], rtol=1e-6)
    assert recogniser.probabilities(Views.of([])).shape == (0, 2)


def test_the_digest_depends_on_weights_labels_and_preprocessing():
    def make(seed=0, labels=("a", "b"), size=8):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            net = small_resnet(2, width=4)
        return Recogniser("x", labels, net, ResizeCrop(resize=size, crop=size)).digest

    assert make() == make()
    assert len({make(), make(seed=1), make(labels=("a", "c")), make(size=16)}) == 4


# --- reading checkpoints --------------------------------------------------------------------


class Harmful:
    def __reduce__(self):
        return (print, ("this must not run",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Harmful(), "cannot be read as weights"),
        ([1, 2], "not a state dict"),
        ({"epoch": 3}, "no tensors"),
        (b"", "cannot be read as weights"),
        (b"garbage", "cannot be read as weights"),
    ],
)
def test_a_file_that_holds_no_weights_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "x.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(MorningError, match=message):
        read_state(path)
    assert "must not run" not in capsys.readouterr().out


def test_missing_and_misshapen_tensors_are_refused():
    state = small_resnet(3, width=4).state_dict()
    with pytest.raises(MorningError, match=r"fc\.weight has shape \(3, 32\), expected \(5, 32\)"):
        fill(small_resnet(5, width=4), state, "file")
    del state["layer2.0.bn1.running_var"]
    with pytest.raises(MorningError, match=r"1 tensors are missing, the first is layer2"):
        fill(small_resnet(3, width=4), state, "file")


# --- ImageNet and Places365 -----------------------------------------------------------------


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


SCENES = [f"/{chr(97 + i // 50)}/scene{i:03d}" for i in range(365)]


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


# --- UPerNet --------------------------------------------------------------------------------


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


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Checkpoints with random tensors in the layout of `upp-resnet50-upernet`."""
    folder = tmp_path_factory.mktemp("upernet")
    lines = [f"{name} {i}" for i, name in enumerate(SCENES)]
    (folder / "categories_places365.txt").write_text("\n".join(lines) + "\n")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder, decoder = layout_of_the_encoder(), layout_of_the_decoder()
    torch.save(encoder, folder / "encoder_epoch_40.pth")
    torch.save(decoder, folder / "decoder_epoch_40.pth")
    return folder


def conv(state, name, channels, out, size):
    state[f"{name}.weight"] = torch.randn(out, channels, size, size) / (channels * size**2) ** 0.5


def norm(state, name, n):
    state[f"{name}.weight"], state[f"{name}.bias"] = torch.ones(n), torch.full((n,), 1e-4)
    state[f"{name}.running_mean"], state[f"{name}.running_var"] = torch.zeros(n), torch.ones(n)
    for extra in ("_tmp_running_mean", "_tmp_running_var", "_running_iter"):  # synchronised norm
        state[f"{name}.{extra}"] = torch.ones(n)


def layout_of_the_encoder():
    state = {}
    for i, (channels, out) in enumerate([(3, 64), (64, 64), (64, 128)], start=1):
        conv(state, f"conv{i}", channels, out, 3)
        norm(state, f"bn{i}", out)
    channels = 128
    for stage, (planes, n) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], start=1):
        for block in range(n):
            name = f"layer{stage}.{block}"
            for i, (a, b, size) in enumerate(
                [(channels, planes, 1), (planes, planes, 3), (planes, 4 * planes, 1)], start=1
            ):
                conv(state, f"{name}.conv{i}", a, b, size)
                norm(state, f"{name}.bn{i}", b)
            if block == 0:
                conv(state, f"{name}.downsample.0", channels, 4 * planes, 1)
                norm(state, f"{name}.downsample.1", 4 * planes)
            channels = 4 * planes
    return state


def layout_of_the_decoder():
    state = {}
    for i in range(4):
        conv(state, f"ppm_conv.{i}.0", 2048, 512, 1)
        norm(state, f"ppm_conv.{i}.1", 512)
    conv(state, "ppm_last_conv.0", 2048 + 4 * 512, 512, 3)
    norm(state, "ppm_last_conv.1", 512)
    conv(state, "scene_head.0.0", 512, 512, 3)
    norm(state, "scene_head.0.1", 512)
    conv(state, "scene_head.2", 512, 365, 1)
    state["scene_head.2.bias"] = torch.randn(365)
    conv(state, "object_head.1", 512, 336, 1)  # parts that scenes do not need
    conv(state, "fpn_in.0.0", 256, 512, 1)
    return state


def test_upernet_loads_the_released_layout(released):
    recogniser = upernet_scenes(released, short_sides=(32, 48))
    assert recogniser.labels[0] == "scene000"
    _, decoder = recogniser.module
    state = torch.load(released / "decoder_epoch_40.pth", weights_only=True)
    assert torch.equal(decoder.scene_head[2].bias, state["scene_head.2.bias"])
    views = Views.of([recogniser.preprocess(picture(64, 48)), recogniser.preprocess(picture())])
    got = recogniser.probabilities(views)
    assert got.shape == (2, 365)
    np.testing.assert_allclose(got.sum(dim=1), 1, atol=1e-5)
    assert upernet_scenes(released).preprocess.short_sides == (300, 400, 500, 600)


def test_upernet_computes_what_the_paper_says(released):
    recogniser = upernet_scenes(released)
    encoder, decoder = recogniser.module
    x = torch.randn(1, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        features = encoder(x)
        assert features.shape == (1, 2048, 3, 2)
        levels = [features]
        for bins, layers in zip((1, 2, 3, 6), decoder.ppm_conv, strict=True):
            pooled = precise_pool(features, bins)
            level = torch.relu(layers[1](layers[0](pooled)))
            levels.append(
                nn.functional.interpolate(level, (3, 2), mode="bilinear", align_corners=False)
            )
        fused = decoder.ppm_last_conv(torch.cat(levels, 1))
        head = decoder.scene_head[0](fused).mean(dim=(2, 3))
        expected = head @ decoder.scene_head[2].weight[:, :, 0, 0].T + decoder.scene_head[2].bias
        np.testing.assert_allclose(decoder(features), expected, rtol=1e-3, atol=1e-4)


def test_the_deep_stem_and_its_strides():
    encoder = DeepStemResNet()
    assert encoder.layer1[0].conv1.in_channels == 128
    assert [len(getattr(encoder, f"layer{i}")) for i in (1, 2, 3, 4)] == [3, 4, 6, 3]
    assert encoder.layer2[0].conv2.stride == (2, 2)  # in the 3 x 3 convolution
    assert encoder.layer2[0].conv1.stride == (1, 1)
    assert encoder.layer1[0].conv2.stride == (1, 1)
    assert sum("ppm_conv" in key for key in SceneDecoder(7).state_dict()) == 4 * 6


def test_upernet_fails_on_a_missing_tensor(released, tmp_path):
    for path in released.iterdir():
        (tmp_path / path.name).symlink_to(path)
    state = torch.load(released / "decoder_epoch_40.pth", weights_only=True)
    del state["scene_head.0.1.running_mean"]
    (tmp_path / "decoder_epoch_40.pth").unlink()
    torch.save(state, tmp_path / "decoder_epoch_40.pth")
    with pytest.raises(MorningError, match=r"the first is scene_head\.0\.1\.running_mean"):
        upernet_scenes(tmp_path)


def test_addresses_name_the_released_files():
    assert upernet.UPERNET_URL.endswith("/upp-resnet50-upernet/")
    assert pretrained.PLACES365_LABELS_URL.endswith("/categories_places365.txt")


# --- small ResNets --------------------------------------------------------------------------

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
    with pytest.raises(MorningError, match=r"no readable small ResNet|differs from what"):
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

"""UPerNet in the released layout."""

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.features.visual.precise import precise_pool
from morning.features.visual.recogniser import Views
from morning.features.visual.upernet import DeepStemResNet, SceneDecoder, upernet_scenes
from torch import nn
from toys.nets import SCENES, picture


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

"""The scene head of UPerNet, the paper's choice for eq 5.

Source: Xiao, Liu, Zhou, Jiang, Sun, "Unified Perceptual Parsing for Scene Understanding",
ECCV 2018, and the layout of its released encoder and decoder (`upp-resnet50-upernet`).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from morning.features.visual.checkpoints import fill, read_state
from morning.features.visual.fetched import locate
from morning.features.visual.precise import precise_pool
from morning.features.visual.preprocess import CaffePyramid
from morning.features.visual.pretrained import scene_labels
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.vision import import_torchvision
from morning.features.visual.weights import DECODER, ENCODER

resnet = import_torchvision().models.resnet


class DeepStemResNet(nn.Module):
    """ResNet-50 whose first layer is three 3 × 3 convolutions; returns the last feature map."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv3x3(3, 64, stride=2), nn.BatchNorm2d(64)
        self.conv2, self.bn2 = _conv3x3(64, 64), nn.BatchNorm2d(64)
        self.conv3, self.bn3 = _conv3x3(64, 128), nn.BatchNorm2d(128)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = _bottlenecks(128, 64, 3, stride=1)
        self.layer2 = _bottlenecks(256, 128, 4, stride=2)
        self.layer3 = _bottlenecks(512, 256, 6, stride=2)
        self.layer4 = _bottlenecks(1024, 512, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, height, width) -> (n, 2048, height / 32, width / 32)."""
        x = functional.relu(self.bn1(self.conv1(x)))  # (n, 64, h/2, w/2)
        x = functional.relu(self.bn2(self.conv2(x)))  # (n, 64, h/2, w/2)
        x = functional.relu(self.bn3(self.conv3(x)))  # (n, 128, h/2, w/2)
        x = self.layer1(self.maxpool(x))  # (n, 256, h/4, w/4)
        return self.layer4(self.layer3(self.layer2(x)))  # (n, 2048, h/32, w/32)


class SceneDecoder(nn.Module):
    """Pyramid pooling and the scene head: what scenes need of UPerNet's decoder.

    The feature pyramid and the heads for objects, parts and materials are not built; their
    tensors in a checkpoint are ignored.
    """

    bins = (1, 2, 3, 6)

    def __init__(self, classes: int = 365) -> None:
        super().__init__()
        self.ppm_conv = nn.ModuleList(
            _block(nn.Conv2d(2048, 512, kernel_size=1, bias=False)) for _ in self.bins
        )
        self.ppm_last_conv = _block(_conv3x3(2048 + len(self.bins) * 512, 512))
        self.scene_head = nn.Sequential(
            _block(_conv3x3(512, 512)), nn.AdaptiveAvgPool2d(1), nn.Conv2d(512, classes, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, 2048, h, w) -> logits (n, classes)."""
        levels = [x]
        for bins, conv in zip(self.bins, self.ppm_conv, strict=True):
            level = conv(precise_pool(x, bins))  # (n, 512, bins, bins)
            levels.append(
                functional.interpolate(level, x.shape[2:], mode="bilinear", align_corners=False)
            )  # (n, 512, h, w)
        x = self.ppm_last_conv(torch.cat(levels, dim=1))  # (n, 512, h, w)
        return self.scene_head(x).flatten(1)  # (n, classes)


def upernet_scenes(
    folder: str | Path | None = None, short_sides: tuple[int, ...] = (300, 400, 500, 600)
) -> Recogniser:
    """Return UPerNet's recogniser of the 365 Places scenes.

    Parameters
    ----------
    folder : path, optional
        Folder with `encoder_epoch_40.pth`, `decoder_epoch_40.pth` and
        `categories_places365.txt` (the scenes are in its order). Without it what is not
        at hand is fetched.
    short_sides : tuple of int
        Sizes that are averaged; the authors' follow-up takes (480,).

    Raises
    ------
    MorningError
        If a file is missing, cannot be fetched, or lacks a tensor.
    """
    labels = scene_labels(folder)
    encoder, decoder = DeepStemResNet(), SceneDecoder(len(labels))
    for module, file in ((encoder, ENCODER), (decoder, DECODER)):
        path = locate(file, folder)
        fill(module, read_state(path), path)
    preprocess = CaffePyramid(short_sides=tuple(short_sides))
    return Recogniser("UPerNet scenes", labels, nn.Sequential(encoder, decoder), preprocess)


def _conv3x3(channels: int, out: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels, out, kernel_size=3, stride=stride, padding=1, bias=False)


def _block(conv: nn.Conv2d) -> nn.Sequential:
    """Return convolution, batch norm and ReLU, numbered as in the released checkpoint."""
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.ReLU())


def _bottlenecks(channels: int, planes: int, n: int, stride: int) -> nn.Sequential:
    """Return n bottlenecks from `channels` to 4 · `planes` channels."""
    shortcut = nn.Sequential(
        nn.Conv2d(channels, 4 * planes, kernel_size=1, stride=stride, bias=False),
        nn.BatchNorm2d(4 * planes),
    )
    first = resnet.Bottleneck(channels, planes, stride=stride, downsample=shortcut)
    return nn.Sequential(first, *(resnet.Bottleneck(4 * planes, planes) for _ in range(n - 1)))

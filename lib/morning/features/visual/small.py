"""Small ResNets that learn in seconds, for a world without pretrained weights."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from morning.errors import MorningError
from morning.features.visual.checkpoints import fill, require_fitting
from morning.features.visual.preprocess import ResizeCrop, from_parameters
from morning.features.visual.recogniser import Recogniser, Views
from morning.features.visual.vision import import_torchvision
from morning.files import read_json, sha256, whole_folder, write_json
from morning.guard import readable, require
from morning.learning.repeat import one_thread

resnet = import_torchvision().models.resnet
log = logging.getLogger(__name__)

_WEIGHTS, _ABOUT = "weights.safetensors", "recogniser.json"
_CENTRE = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class SmallOptions:
    """How a small ResNet is built and trained."""

    width: int = 16
    """Channels of the first layer; the others have 2, 4 and 8 times as many."""
    epochs: int = 8
    """Passes over the training pictures."""
    batch_size: int = 64
    """Pictures per step."""
    learning_rate: float = 3e-3
    """Highest learning rate of the one-cycle schedule of AdamW."""
    weight_decay: float = 1e-2
    """Weight decay of AdamW."""
    smoothing: float = 0.05
    """Label smoothing, so that the probabilities are not all 0 or 1."""
    seed: int = 0
    """Seed of initial weights, order and flips."""


def small_resnet(classes: int, width: int = 16) -> nn.Module:
    """Return torchvision's ResNet with one basic block a stage, for pictures of 32 to 64 pixels.

    The first convolution is 3 × 3 with stride 2 and nothing is pooled after it.
    """
    net = resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1], num_classes=classes)
    net.inplanes = width
    net.conv1 = nn.Conv2d(3, width, kernel_size=3, stride=2, padding=1, bias=False)
    net.bn1 = nn.BatchNorm2d(width)
    net.maxpool = nn.Identity()
    for stage, stride in enumerate((1, 2, 2, 2)):
        layer = net._make_layer(resnet.BasicBlock, width * 2**stage, 1, stride=stride)
        setattr(net, f"layer{stage + 1}", layer)
    net.fc = nn.Linear(8 * width, classes)
    return net


def train_small(
    images: np.ndarray,
    labels: np.ndarray,
    names: Sequence[str],
    options: SmallOptions | None = None,
) -> Recogniser:
    """Train a small ResNet on labelled pictures.

    Parameters
    ----------
    images : uint8 array, shape (n, size, size, 3)
        RGB pictures.
    labels : int array, shape (n,)
        Class of each picture.
    names : sequence of str
        Names of the classes.
    options : SmallOptions, optional
        Width, epochs, seed and so on.

    Returns
    -------
    Recogniser
        On the CPU; the same for the same arguments on the same machine.

    Raises
    ------
    MorningError
        If shapes or labels do not fit together.
    """
    options = options or SmallOptions()
    labels = np.asarray(labels)
    _check(images, labels, names)
    size = int(images.shape[1])
    preprocess = ResizeCrop(resize=(size, size), crop=size, mean=_CENTRE, std=_CENTRE)
    x = _standardise(images)
    y = torch.from_numpy(labels.astype(np.int64))
    rng = torch.Generator().manual_seed(options.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        net = small_resnet(len(names), options.width)
    steps = -(-len(x) // options.batch_size) * options.epochs
    optimiser = torch.optim.AdamW(
        net.parameters(), options.learning_rate, weight_decay=options.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.learning_rate, steps)
    net.train()
    bar = tqdm(total=steps, desc="small ResNet", unit="step")
    with one_thread(torch.device("cpu")), bar:
        for _ in range(options.epochs):
            for chosen in torch.randperm(len(x), generator=rng).split(options.batch_size):
                batch = x[chosen]
                flipped = torch.rand(len(batch), generator=rng) < 0.5
                batch[flipped] = batch[flipped].flip(-1)
                loss = functional.cross_entropy(
                    net(batch), y[chosen], label_smoothing=options.smoothing
                )
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
                bar.update()
    name = "small ResNet, " + ", ".join(f"{k} {v}" for k, v in asdict(options).items())
    return Recogniser(name, tuple(map(str, names)), net, preprocess)


def accuracy(recogniser: Recogniser, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of pictures whose likeliest class is the right one.

    Parameters
    ----------
    recogniser : Recogniser
        What `train_small` or `load_small` returned.
    images : uint8 array, shape (n, size, size, 3)
        Pictures of the size that it was trained on.
    labels : int array, shape (n,)
        Their classes.
    """
    guesses = [
        recogniser.probabilities(Views.of([[picture] for picture in batch])).argmax(dim=1)
        for batch in _standardise(images).split(256)
    ]
    return float((torch.cat(guesses).numpy() == np.asarray(labels)).mean())


def save_small(recogniser: Recogniser, folder: str | Path) -> None:
    """Write a small ResNet as safetensors and JSON, whole or not at all."""
    with whole_folder(folder) as temporary:
        state = recogniser.module.state_dict()
        save_file(state, temporary / _WEIGHTS)
        about = {
            "architecture": "small_resnet",
            "width": state["conv1.weight"].shape[0],
            "name": recogniser.name,
            "labels": list(recogniser.labels),
            "preprocess": recogniser.preprocess.parameters(),
            "sha256": sha256(temporary / _WEIGHTS),
        }
        write_json(temporary / _ABOUT, about)


def load_small(folder: str | Path) -> Recogniser:
    """Read what `save_small` wrote.

    Raises
    ------
    MorningError
        If a file is missing, damaged, or not the one that was written.
    """
    folder = Path(folder)
    with readable(folder, "a small ResNet", "make the run again"):
        require(folder / _WEIGHTS)
        about = read_json(folder / _ABOUT, dict)
        name, labels = str(about["name"]), tuple(about["labels"])
        preprocess = from_parameters(about["preprocess"])
        if sha256(folder / _WEIGHTS) != about["sha256"]:
            raise MorningError(f"{folder / _WEIGHTS}: differs from what {_ABOUT} says of it")
        state = load_file(folder / _WEIGHTS)
        width = state["conv1.weight"].shape[0]
        if about["width"] != width or not all(isinstance(label, str) for label in labels):
            raise ValueError(f"{_ABOUT} is of another network")
        with torch.device("meta"):  # no memory is taken before all shapes are known to fit
            require_fitting(small_resnet(len(labels), width), state, folder / _WEIGHTS)
        net = small_resnet(len(labels), width)
    fill(net, state, folder / _WEIGHTS)
    return Recogniser(name, labels, net, preprocess)


def _standardise(images: np.ndarray) -> Tensor:
    """uint8 (n, size, size, 3) -> float32 (n, 3, size, size) from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2) / 127.5 - 1


def _check(images: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> None:
    """Refuse arrays that do not fit together."""
    square = images.ndim == 4 and images.shape[3] == 3 and images.shape[1] == images.shape[2]
    if images.dtype != np.uint8 or not square or len(images) == 0:
        raise MorningError(
            f"pictures must be uint8 (n, size, size, 3), not {images.dtype} {images.shape}"
        )
    if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
        raise MorningError("labels must be one integer per picture")
    if labels.min() < 0 or labels.max() >= len(names):
        raise MorningError(f"labels must be numbers from 0 to {len(names) - 1}")

"""COSMIC: the concepts of a picture, learnt from what its caption makes of what it shows (CAMERA).

Source: Wang et al. 2021 and the released code. A small convolutional network maps a
picture to a vector; its inner products with a table of concept vectors, which is learnt along
with it, are the logits of a distribution over concepts. The target of a training picture is soft:
of the concepts seen in it, those that its caption means weigh most.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

from morning.code import code_of
from morning.errors import MorningError
from morning.files import whole_file
from morning.guard import DAMAGED
from morning.learning import dropout, losses
from morning.learning.device import find_device
from morning.learning.repeat import cuda_devices, one_thread

log = logging.getLogger(__name__)

#: Widths of the convolutions, and by how much the map shrinks after them.
_STAGES: tuple[tuple[tuple[int, ...], int], ...] = (((32,), 3), ((64, 64), 2), ((128, 128), 2))
_SLOPE = 0.01
_EPS, _MOMENTUM = 1e-3, 0.01  # of the batch norms; a running decay of 0.99
_CHUNK = 256  # pictures at a time where nothing is learnt


@dataclass(frozen=True)
class CosmicOptions:
    """How COSMIC is built and trained."""

    size: int = 64
    """Side of its pictures in pixels; the released code has 224."""
    embedding_size: int = 100
    """Length of the vectors of pictures and concepts."""
    hidden: int = 1024
    """Width of the fully connected layer."""
    keep: float = 0.5
    """Probability that an entry of that layer's weights is kept in training."""
    epochs: int = 25
    """Passes over the training pictures."""
    batch_size: int = 32
    """Pictures in a step."""
    learning_rate: float = 0.001
    """Adam's."""
    l1: float = 0.001
    """Weight of the L1 norm of the two fully connected matrices."""
    pictures: int = 10_000
    """Training pictures at most: bounds memory. Which ones is drawn by the seed."""
    seed: int = 0
    """Of initial weights, order, dropout and choice of pictures."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        if self.size < 12:
            raise MorningError(f"COSMIC needs pictures of 12 pixels or more, not {self.size}")
        counts = (self.embedding_size, self.hidden, self.epochs, self.batch_size, self.pictures)
        if min(counts) < 1:
            raise MorningError("widths, epochs, batch_size and pictures must be at least 1")
        if not 0 < self.keep <= 1:
            raise MorningError("keep must be above 0 and at most 1")


class Cosmic(nn.Module):
    """Picture -> logits of concepts.

    Parameters
    ----------
    concepts : int
        K.
    options : CosmicOptions

    Attributes
    ----------
    table : Tensor, shape (K, embedding size)
        The vectors of the concepts.
    """

    def __init__(self, concepts: int, options: CosmicOptions) -> None:
        super().__init__()
        self.options = options
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        channels, side = 3, options.size
        for widths, shrink in _STAGES:
            for width in widths:
                convolution = nn.Conv2d(channels, width, 3, padding=1)
                nn.init.normal_(convolution.weight)
                nn.init.normal_(convolution.bias)  # type: ignore[arg-type]
                self.convolutions.append(convolution)
                self.norms.append(nn.BatchNorm2d(width, _EPS, _MOMENTUM))
                channels = width
            side = math.ceil(side / shrink)
        self.first = nn.Linear(channels * side * side, options.hidden)
        self.norm = nn.BatchNorm1d(options.hidden, _EPS, _MOMENTUM)
        self.last = nn.Linear(options.hidden, options.embedding_size, bias=False)
        for layer in (self.first, self.last):
            nn.init.normal_(layer.weight, 0.0, 0.1)
        nn.init.normal_(self.first.bias, 0.0, 0.1)
        self.table = nn.Parameter(torch.rand(concepts, options.embedding_size) * 2 - 1)

    def vectors(self, x: Tensor) -> Tensor:
        """Map pictures (n, 3, size, size), from 0 to 1, to vectors (n, embedding size)."""
        layers = zip(self.convolutions, self.norms, strict=True)
        for widths, shrink in _STAGES:
            for _ in widths:
                convolution, norm = next(layers)
                x = F.relu(norm(F.relu(convolution(x))))  # both, as in the released code
            x = F.max_pool2d(x, shrink, ceil_mode=True)
        weight = self.first.weight
        if self.training:
            weight = dropout.dropped(weight, 1 - self.options.keep)
        x = F.linear(x.flatten(1), weight, self.first.bias)  # (n, hidden)
        return self.last(F.leaky_relu(self.norm(x), _SLOPE))

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of the concepts, (n, K): means over the products with each vector."""
        return self.vectors(x) @ self.table.T / self.options.embedding_size

    def penalised(self) -> Iterator[Tensor]:
        """Yield the matrices that the L1 norm covers."""
        yield self.first.weight
        yield self.last.weight

    @torch.no_grad()
    def distributions(self, pictures: np.ndarray) -> np.ndarray:
        """Return the concepts of pictures.

        Parameters
        ----------
        pictures : uint8 array, shape (n, size, size, 3)

        Returns
        -------
        float32 array, shape (n, K)
            Rows sum to 1.
        """
        self.eval()
        device = self.table.device
        parts = [
            self(_input(torch.from_numpy(part).to(device))).softmax(dim=1).cpu()
            for part in np.split(pictures, range(_CHUNK, len(pictures), _CHUNK))
            if len(part)
        ]
        shape = (0, len(self.table))
        return torch.cat([torch.zeros(shape), *parts]).numpy()


def train_cosmic(
    pictures: np.ndarray,
    targets: np.ndarray,
    options: CosmicOptions | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Cosmic:
    """Train COSMIC on pictures with soft targets.

    Parameters
    ----------
    pictures : uint8 array, shape (n, size, size, 3)
        RGB.
    targets : float array, shape (n, K)
        Rows sum to 1.
    options : CosmicOptions, optional
    folder : path, optional
        Keeps what was trained, found again by options and data.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    Cosmic
        In evaluation mode; on the CPU of one machine the same for the same arguments.

    Raises
    ------
    MorningError
        If shapes do not fit together, there are fewer than two pictures, or the loss is not
        finite.
    """
    options = options or CosmicOptions()
    _check(pictures, targets, options)
    device = find_device(options.device)
    path = None if folder is None else Path(folder) / _name(pictures, targets, options)
    with one_thread(device), torch.random.fork_rng(devices=cuda_devices(device)):
        torch.manual_seed(options.seed)
        model = Cosmic(targets.shape[1], options).to(device)
        if path is not None and _loaded(model, path):
            return model.eval()
        _fit(model, pictures, targets, progress)
    if path is not None:
        with whole_file(path) as temporary:
            save_file({n: t.cpu() for n, t in model.state_dict().items()}, temporary)
    return model.eval()


def _fit(model: Cosmic, pictures: np.ndarray, targets: np.ndarray, progress: bool) -> None:
    options, device = model.options, model.table.device
    x = torch.from_numpy(np.ascontiguousarray(pictures))
    y = torch.from_numpy(targets.astype(np.float32))
    optimiser = torch.optim.Adam(model.parameters(), options.learning_rate, fused=True)
    rng = torch.Generator().manual_seed(options.seed)
    model.train()
    epochs = tqdm(range(options.epochs), "COSMIC", unit="epoch", disable=not progress)
    for _ in epochs:
        total = torch.zeros((), device=device)
        for rows in _batches(len(x), options.batch_size, rng):
            loss = F.cross_entropy(model(_input(x[rows].to(device))), y[rows].to(device))
            optimiser.zero_grad(set_to_none=False)
            loss.backward()
            losses.add_l1_gradient(model.penalised(), options.l1)
            optimiser.step()
            total += loss.detach() * len(rows)
        if not torch.isfinite(total):
            raise MorningError("COSMIC: the loss is not finite: lower learning_rate")
        epochs.set_postfix(loss=f"{float(total) / len(x):.3f}", refresh=False)


def _batches(n: int, size: int, rng: torch.Generator) -> Iterable[Tensor]:
    """Yield the rows of each step; a last one of a single picture has no variance to norm by."""
    return (part for part in torch.randperm(n, generator=rng).split(size) if len(part) > 1)


def _input(pictures: Tensor) -> Tensor:
    """uint8 (n, size, size, 3) -> float32 (n, 3, size, size) from 0 to 1."""
    return pictures.permute(0, 3, 1, 2).float() / 255


def _check(pictures: np.ndarray, targets: np.ndarray, options: CosmicOptions) -> None:
    expected = (options.size, options.size, 3)
    if pictures.dtype != np.uint8 or pictures.shape[1:] != expected:
        raise MorningError(
            f"COSMIC's pictures must be uint8 (n, {', '.join(map(str, expected))}), "
            f"not {pictures.dtype} {pictures.shape}"
        )
    if targets.ndim != 2 or len(targets) != len(pictures) or targets.shape[1] == 0:
        raise MorningError(f"{len(pictures)} pictures do not fit targets of {targets.shape}")
    if len(pictures) < 2 or options.batch_size < 2:
        raise MorningError("COSMIC needs two pictures or more to train on, and in a batch")


def _name(pictures: np.ndarray, targets: np.ndarray, options: CosmicOptions) -> str:
    """Return the name of the file that keeps a training: a digest of all that decides it."""
    digest = hashlib.sha256()
    settings = asdict(options) | {
        "code": code_of(__name__),
        "device": find_device(options.device).type,
    }
    digest.update(json.dumps(settings, sort_keys=True).encode())
    for values in (pictures, targets.astype(np.float32)):
        digest.update(f"{values.shape}".encode() + np.ascontiguousarray(values).tobytes())
    return f"{digest.hexdigest()[:24]}.safetensors"


def _loaded(model: Cosmic, path: Path) -> bool:
    """Fill a model from a file; say whether one that fits was there."""
    if not path.is_file():
        return False
    try:
        model.load_state_dict(load_file(path))
    except DAMAGED as error:
        log.warning("%s: cannot be read, so COSMIC is trained anew (%s)", path, error)
        return False
    return True

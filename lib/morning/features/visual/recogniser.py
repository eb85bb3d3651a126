"""The Recogniser: a network, its labels and what it wants to be fed, whatever its origin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, Protocol

import torch
from PIL import Image
from torch import Tensor, nn

#: A forward pass takes all cores, and what it shows on its way is caught by a hook.
_ONE_AT_A_TIME = Lock()


class Preprocess(Protocol):
    """Turns a picture into network inputs; it travels to worker processes, so it is plain data."""

    def __call__(self, picture: Image.Image) -> list[Tensor]:
        """Return one float32 tensor (3, height, width) per scale."""

    def parameters(self) -> dict[str, Any]:
        """Return the numbers that define it, ready for JSON."""


@dataclass(frozen=True)
class Views:
    """The network inputs of a batch of pictures, stacked by size.

    Attributes
    ----------
    pictures : int
        Number of pictures of the batch.
    stacks : list of (int64 tensor (k,), float32 tensor (k, 3, height, width))
        Which picture each input belongs to, and the inputs.
    """

    pictures: int
    stacks: list[tuple[Tensor, Tensor]]

    @classmethod
    def of(cls, inputs: Sequence[Sequence[Tensor]]) -> Views:
        """Stack the inputs of pictures; `inputs[i]` are those of picture i."""
        by_size: dict[torch.Size, list[tuple[int, Tensor]]] = {}
        for picture, tensors in enumerate(inputs):
            for tensor in tensors:
                by_size.setdefault(tensor.shape, []).append((picture, tensor))
        stacks = [
            (torch.tensor([i for i, _ in group]), torch.stack([t for _, t in group]))
            for group in by_size.values()
        ]
        return cls(len(inputs), stacks)

    def mean(self, values: Sequence[Tensor], columns: int) -> Tensor:
        """Average over the inputs of each picture.

        Parameters
        ----------
        values : sequence of tensors (k, columns)
            One row per input of each stack.
        columns : int
            Said because a batch without pictures has no rows to show it.

        Returns
        -------
        tensor, shape (pictures, columns)
        """
        total = torch.zeros(self.pictures, columns)
        count = torch.zeros(self.pictures, 1)
        for (pictures, _), rows in zip(self.stacks, values, strict=True):
            total.index_add_(0, pictures, rows)
            count.index_add_(0, pictures, torch.ones(len(pictures), 1))
        return total / count


@dataclass(frozen=True)
class Recogniser:
    """A network that says how likely each class is in a picture.

    One of these recognises objects and another scenes; they come from `pretrained`, `upernet`
    or `small`.

    Attributes
    ----------
    name : str
        Where the network comes from, for the manifest.
    labels : tuple of str
        Names of the classes, in the order of the network's outputs.
    module : Module
        (n, 3, height, width) -> logits (n, classes).
    preprocess : Preprocess
        Picture -> inputs, one per scale; the probabilities of all scales are averaged.
    """

    name: str
    labels: tuple[str, ...]
    module: nn.Module = field(repr=False)
    preprocess: Preprocess

    def __post_init__(self) -> None:
        self.module.eval().requires_grad_(False)

    @cached_property
    def weights_digest(self) -> str:
        """SHA-256 over names, shapes and values of the network's tensors."""
        digest = hashlib.sha256()
        for name, tensor in sorted(self.module.state_dict().items()):
            if not name.endswith("num_batches_tracked"):
                digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
                digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that its probabilities depend on."""
        text = json.dumps([self.weights_digest, self.labels, self.preprocess.parameters()])
        return hashlib.sha256(text.encode()).hexdigest()

    def made(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {
            "name": self.name,
            "classes": len(self.labels),
            "weights_sha256": self.weights_digest,
            "preprocess": self.preprocess.parameters(),
        }

    @property
    def classifier(self) -> nn.Linear | None:
        """The last linear layer: what enters it says more of a picture than the classes do."""
        linear = [m for m in self.module.modules() if isinstance(m, nn.Linear)]
        return linear[-1] if linear else None

    def probabilities(self, views: Views) -> Tensor:
        """Return the class probabilities of a batch.

        Parameters
        ----------
        views : Views
            Inputs of n pictures.

        Returns
        -------
        float32 tensor on the CPU, shape (n, classes)
            Softmax of the logits, averaged over the scales of a picture.
        """
        return self.recognise(views)[0]

    def recognise(self, views: Views) -> tuple[Tensor, Tensor | None]:
        """Return class probabilities, and what enters the last linear layer, if there is one.

        Returns
        -------
        probabilities, features : float32 tensors on the CPU, shapes (n, classes) and (n, D)
            Averaged over the scales of a picture.
        """
        with _ONE_AT_A_TIME:
            return self._recognised(views)

    def _recognised(self, views: Views) -> tuple[Tensor, Tensor | None]:
        device = next(self.module.parameters()).device
        caught: list[Tensor] = []
        hook = self.classifier and self.classifier.register_forward_pre_hook(
            lambda _, given: caught.append(given[0].flatten(1))
        )
        probabilities, features = [], []
        try:
            with torch.inference_mode():
                for _, inputs in views.stacks:
                    logits = self.module(inputs.to(device, non_blocking=True))
                    probabilities.append(logits.softmax(dim=1).float().cpu())
                    features += [caught.pop().float().cpu()] if caught else []
        finally:
            if hook:
                hook.remove()
        return (
            views.mean(probabilities, len(self.labels)),
            views.mean(features, features[0].shape[1]) if features else None,
        )

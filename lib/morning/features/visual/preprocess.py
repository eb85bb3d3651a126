"""What the networks want to be fed: resized, cropped, shifted and scaled pictures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from morning.errors import MorningError
from morning.features.visual.vision import import_torchvision

transform = import_torchvision().transforms.functional

_LONGEST = 4096
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ResizeCrop:
    """Resize, crop the centre, and standardise each channel; RGB from 0 to 1."""

    resize: int | tuple[int, int] = 256
    """Length of the short side, or (height, width) regardless of the proportions."""
    crop: int = 224
    """Side of the square cut from the centre."""
    mean: tuple[float, float, float] = IMAGENET_MEAN
    """Subtracted from each channel."""
    std: tuple[float, float, float] = IMAGENET_STD
    """What each channel is divided by."""

    def __post_init__(self) -> None:
        sides = self.resize if isinstance(self.resize, tuple) else (self.resize,)
        if not all(type(side) is int and 1 <= side <= _LONGEST for side in (*sides, self.crop)):
            raise MorningError(f"pictures are resized and cropped to sides of 1 to {_LONGEST:,}")
        if len(sides) not in (1, 2) or len(self.mean) != 3 or len(self.std) != 3:
            raise MorningError("a picture has two sides, and three colours with a mean and a std")
        if not (np.isfinite([*self.mean, *self.std]).all() and min(self.std) > 0):
            raise MorningError("means and stds of colours must be finite, stds positive")

    def __call__(self, picture: Image.Image) -> list[Tensor]:
        """Return one tensor (3, crop, crop)."""
        size = self.resize if isinstance(self.resize, int) else list(self.resize)
        picture = transform.center_crop(transform.resize(picture, size), self.crop)
        return [transform.normalize(transform.to_tensor(picture), self.mean, self.std)]

    def parameters(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {"kind": "resize-crop", **_plain(asdict(self))}


@dataclass(frozen=True)
class CaffePyramid:
    """Several sizes of one picture as the UPerNet release wants them: BGR from 0 to 255."""

    short_sides: tuple[int, ...] = (300, 400, 500, 600)
    """Lengths of the short side; the probabilities of all are averaged."""
    longest: int = 1000
    """Limit of the long side."""
    multiple: int = 8
    """Both sides are rounded up to a multiple of this."""
    mean: tuple[float, float, float] = (102.9801, 115.9465, 122.7717)
    """Subtracted from each channel, blue first; nothing is divided."""

    def __call__(self, picture: Image.Image) -> list[Tensor]:
        """Return one tensor (3, height, width) per short side."""
        rgb = torch.from_numpy(np.array(picture, dtype=np.float32)).permute(2, 0, 1)
        bgr = rgb.flip(0)[None] - torch.tensor(self.mean)[:, None, None]
        return [self._resized(bgr, self.size(bgr.shape[-2:], s)) for s in self.short_sides]

    def size(self, shape: tuple[int, ...], short_side: int) -> tuple[int, int]:
        """Return the height and width that a picture of (height, width) gets."""
        scale = min(short_side / min(shape), self.longest / max(shape))
        height, width = (max(int(side * scale), 1) for side in shape)
        up = self.multiple
        return -(-height // up) * up, -(-width // up) * up

    def parameters(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {"kind": "caffe-pyramid", **_plain(asdict(self))}

    @staticmethod
    def _resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
        """Interpolate without smoothing, as OpenCV does, which the release calls."""
        return functional.interpolate(picture, size, mode="bilinear", align_corners=False)[0]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Turn tuples into lists, as JSON returns them."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def from_parameters(parameters: dict[str, Any]) -> ResizeCrop:
    """Rebuild a `ResizeCrop` from what its `parameters` returned."""
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items() if k != "kind"
    }
    return ResizeCrop(**values)

"""The released networks that look at pictures: which files they are, and where they are at hand.

Nothing here loads torch, or asks a server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from morning.places import fetched_weights_folder, torchvision_folder, weights_folder


@dataclass(frozen=True)
class WeightFile:
    """One released file."""

    name: str
    """As its project calls it."""
    url: str
    size: int
    """Bytes; only said, so a round number will do."""
    digest: str = ""
    """First hexadecimal digits of the SHA-256, as many as were published."""
    short: str = ""
    """What it may also be called in a folder of the user's."""


def torchvision_file(name: str, size: int, short: str = "") -> WeightFile:
    """Return a file of the torchvision project, which names files after their digests."""
    digest = name.removesuffix(".pth").rpartition("-")[2]
    return WeightFile(name, f"https://download.pytorch.org/models/{name}", size, digest, short)


def _places365(name: str, size: int) -> WeightFile:
    return WeightFile(name, f"http://places2.csail.mit.edu/models_places365/{name}", size)


def _upernet(name: str, size: int) -> WeightFile:
    folder = "http://sceneparsing.csail.mit.edu/model/unified_perceptual_parsing"
    return WeightFile(name, f"{folder}/upp-resnet50-upernet/{name}", size)


IMAGENET = torchvision_file("resnet101-cd907fc2.pth", 178_800_000, "resnet101.pth")
PLACES365 = {
    "resnet18": _places365("resnet18_places365.pth.tar", 45_500_000),
    "resnet50": _places365("resnet50_places365.pth.tar", 97_300_000),
}
SCENES = WeightFile(
    "categories_places365.txt",
    "https://raw.githubusercontent.com/CSAILVision/places365/"
    "06218620d593de09ac4f9f39b72ea0d175990a24/categories_places365.txt",
    7_000,
    "2affba635eb657e7ca95f4e6cc69bd9fac29ef4c32aeb83cafdfcd06ec6a1ea6",
)
#: What UPerNet's two networks take follows from their layout; nobody says it.
ENCODER = _upernet("encoder_epoch_40.pth", 95_000_000)
DECODER = _upernet("decoder_epoch_40.pth", 200_000_000)
#: Choice of networks -> the files that they are.
NETWORKS = {
    "network": (IMAGENET, PLACES365["resnet50"], SCENES),
    "upernet": (IMAGENET, ENCODER, DECODER, SCENES),
}


def find(file: WeightFile, folder: str | Path | None = None) -> Path | None:
    """Return where a file is at hand, None where it is not.

    Parameters
    ----------
    file : WeightFile
    folder : path, optional
        The only place to look in. Without it: the folder that `MORNING_WEIGHTS` names, then
        torchvision's cache, then what was fetched before.
    """
    if folder is None:
        named = weights_folder()
        places = [*([named] if named else []), torchvision_folder(), fetched_weights_folder()]
    else:
        places = [Path(folder)]
    names = [file.name, *([file.short] if file.short else [])]
    paths = (place / name for place in places for name in names)
    return next((path for path in paths if path.is_file()), None)


def absent(files: Iterable[WeightFile]) -> list[WeightFile]:
    """Return the files that are not at hand."""
    return [file for file in files if find(file) is None]


def named(files: Iterable[WeightFile]) -> str:
    """Return the names of files as words."""
    return ", ".join(file.short or file.name for file in files)


def size(files: Iterable[WeightFile]) -> str:
    """Return the size of files together, in words."""
    return f"{max(1, round(sum(file.size for file in files) / 1e6))} MB"

"""Pretrained ResNets: objects from ImageNet, scenes from Places365."""

from __future__ import annotations

from pathlib import Path

from morning.errors import MorningError
from morning.features.visual.checkpoints import fill, read_state
from morning.features.visual.fetched import locate
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.vision import import_torchvision
from morning.features.visual.weights import PLACES365, SCENES, torchvision_file
from morning.guard import content, readable

models = import_torchvision().models
_MAX_LABELS = 1 << 20


def imagenet_resnet(
    architecture: str = "resnet101",
    weights: str = "IMAGENET1K_V2",
    path: str | Path | None = None,
) -> Recogniser:
    """Return torchvision's ResNet for the 1000 ImageNet classes (eq 4).

    Parameters
    ----------
    architecture : str
        resnet18, resnet34, resnet50, resnet101 or resnet152. The paper names no depth; the
        authors' follow-up uses resnet101.
    weights : str
        Name of torchvision's weights, IMAGENET1K_V1 or IMAGENET1K_V2; also says which
        preprocessing the weights in `path` want.
    path : path, optional
        State-dict file with torchvision's keys. Without it the released file, fetched where it
        is not at hand.

    Raises
    ------
    MorningError
        If the name is unknown, the file does not fit, or the weights cannot be fetched.
    """
    known = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
    if architecture not in known:
        raise MorningError(f"unknown architecture {architecture!r}; known are {', '.join(known)}")
    try:
        chosen = models.get_model_weights(architecture)[weights]
    except KeyError as error:
        raise MorningError(f"{architecture} has no weights named {weights!r}") from error
    module = models.get_model(architecture, weights=None)
    if path is None:
        size = round(chosen.meta["_file_size"] * 2**20)
        path = locate(torchvision_file(Path(chosen.url).name, size))
    fill(module, read_state(path), path)
    wanted = chosen.transforms()
    preprocess = ResizeCrop(
        resize=wanted.resize_size[0],
        crop=wanted.crop_size[0],
        mean=tuple(wanted.mean),
        std=tuple(wanted.std),
    )
    labels = tuple(chosen.meta["categories"])
    return Recogniser(f"{architecture} {weights}", labels, module, preprocess)


def places365_resnet(
    architecture: str = "resnet50", folder: str | Path | None = None
) -> Recogniser:
    """Return a ResNet of the Places365 project for its 365 scenes (eq 5).

    Parameters
    ----------
    architecture : str
        resnet18 or resnet50.
    folder : path, optional
        Folder with `<architecture>_places365.pth.tar` and `categories_places365.txt`. Without it
        what is not at hand is fetched.

    Raises
    ------
    MorningError
        If a file is missing, does not fit or cannot be fetched.

    Notes
    -----
    The project's own demonstration resizes to 256 × 256 regardless of the proportions, then
    crops 224; so does this.
    """
    if architecture not in PLACES365:
        raise MorningError(f"Places365 has no checkpoint of {architecture!r}; take resnet50")
    path = locate(PLACES365[architecture], folder)
    labels = scene_labels(folder)
    module = models.get_model(architecture, weights=None, num_classes=len(labels))
    fill(module, read_state(path), path)
    preprocess = ResizeCrop(resize=(256, 256), crop=224)
    return Recogniser(f"{architecture} Places365", labels, module, preprocess)


def scene_labels(folder: str | Path | None = None) -> tuple[str, ...]:
    """Return the 365 scene labels of `categories_places365.txt`, in the order of their numbers.

    Raises
    ------
    MorningError
        If the file is missing or is not 365 lines of `/a/airfield 0`.
    """
    path = locate(SCENES, folder)
    with readable(path, "lines such as `/a/airfield 0`"):
        lines = content(path, most=_MAX_LABELS).decode("utf-8").split("\n")
        pairs = [line.rsplit(maxsplit=1) for line in lines if line.strip()]
        labels = {int(number): name for name, number in pairs}
    if len(pairs) != 365 or sorted(labels) != list(range(365)):
        raise MorningError(f"{path}: must number 365 scenes from 0 to 364, found {len(pairs)}")
    # "/a/airfield" is the scene airfield; "/a/apartment_building/outdoor" keeps its second part
    return tuple(labels[i].split("/", 2)[-1] for i in range(365))

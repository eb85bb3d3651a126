"""The networks that look at pictures."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from morning.code import code_of
from morning.errors import MorningError
from morning.features.visual.fetched import fetch, locate
from morning.features.visual.pretrained import imagenet_resnet, places365_resnet
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.small import SmallOptions, load_small, save_small, train_small
from morning.features.visual.upernet import upernet_scenes
from morning.features.visual.weights import IMAGENET, NETWORKS, absent
from morning.files import read_json, write_json
from morning.guard import REFUSED, reason
from morning.learning.workers import pool
from morning.places import cache_folder
from morning.prepare.looks import provide
from morning.sources import demo

if TYPE_CHECKING:
    from morning.sources import Source

log = logging.getLogger(__name__)

_SMALL = {"objects": SmallOptions(), "scenes": SmallOptions(epochs=3)}
_NETWORKS, _KEPT = "networks", "networks.json"  # in the folder of what is prepared
_DRAWN = {"pictures": 3000, "seed": 1, "size": 64}  # what the small networks are trained on


def recognisers(visual: str, source: Source) -> tuple[Recogniser, Recogniser] | str:
    """Return the networks for objects and scenes, or a sentence why there are none.

    Parameters
    ----------
    visual : str
        `small`: two small networks trained here on drawn pictures, the demo's own kind.
        `network`: ImageNet and Places365 networks, fetched once where they are not at hand (in
        the folder that `MORNING_WEIGHTS` names, torchvision's cache or our own). `upernet`: the
        same, but UPerNet for scenes, which is the paper's choice and several times slower. A
        folder: ImageNet and Places365 networks from files in it. `none`: no pictures. `auto`:
        `small` for the demo, whose pictures are drawn, else `network` where there are pictures
        and the networks can be had; see `looks.provide`.
    source : Source

    Raises
    ------
    MorningError
        If weights are missing or cannot be fetched, or there is no such choice. With `auto`, only
        if files are no weights of these networks.
    """
    if visual == "auto":
        visual = choice(visual, source)
        if not source.has_pictures:
            return "Pictures are left out: no post has one."
        if visual == "network" and (why := provide()):
            return why
    if visual == "none":
        return "Pictures are left out, as asked."
    if visual == "small":
        return small_recognisers()
    folder = None if visual in NETWORKS else Path(visual)
    if folder is not None and not folder.is_dir():
        raise MorningError(
            f"visual={visual!r}: neither a folder nor auto, none, small, network, upernet"
        )
    if folder is None and (lacking := absent(NETWORKS[visual])):
        fetch(lacking)
    return _pretrained(visual)


def choice(visual: str, source: Source) -> str:
    """Return which networks `auto` stands for; any other choice stands for itself."""
    if visual != "auto":
        return visual
    return "small" if source.planted else "network"


def keep(found: tuple[Recogniser, Recogniser], visual: str, folder: Path) -> None:
    """Write what finds the networks of a run again: small ones themselves, else which they were.

    Parameters
    ----------
    found : tuple of Recogniser
    visual : str
        From `choice`.
    folder : Path
        Of what is prepared.
    """
    folder = folder / _NETWORKS
    if visual == "small":
        for kind, network in zip(_SMALL, found, strict=True):
            save_small(network, folder / kind)
    write_json(folder / _KEPT, {"visual": visual, "digests": [each.digest for each in found]})


def kept(folder: Path) -> tuple[Recogniser, Recogniser] | str:
    """Return the networks that `keep` wrote of, or a sentence why they cannot be had.

    Nothing is fetched.
    """
    folder = folder / _NETWORKS
    if not (folder / _KEPT).is_file():
        return "Pictures are left out: the run looked at none."
    try:
        record = read_json(folder / _KEPT, dict)
        visual = str(record["visual"])
        if visual == "small":
            objects, scenes = (load_small(folder / kind) for kind in _SMALL)
            found = (objects, scenes)
        else:
            found = _pretrained(visual)
        if [each.digest for each in found] != record["digests"]:
            return "Pictures are left out: the networks at hand are not those of the run."
    except REFUSED as error:
        return f"Pictures are left out: {reason(error)}"
    return found


def _pretrained(visual: str) -> tuple[Recogniser, Recogniser]:
    """Return the networks of a choice that is a name or a folder."""
    folder = None if visual in NETWORKS else Path(visual)
    objects = imagenet_resnet(path=locate(IMAGENET, folder))
    scenes = upernet_scenes if visual == "upernet" else places365_resnet
    return objects, scenes(folder=folder)


def small_recognisers() -> tuple[Recogniser, Recogniser]:
    """Return small networks for objects and scenes, trained side by side where they are not kept.

    They are found again by all that decides them: options, drawings and code.
    """
    code = code_of(
        "morning.features.visual.small",
        "morning.features.visual.preprocess",
        "morning.sources.demo.pictures",
    )
    folders = {}
    for kind, options in _SMALL.items():
        key = json.dumps([kind, asdict(options), _DRAWN, code], sort_keys=True)
        digest = hashlib.sha256(key.encode()).hexdigest()
        folders[kind] = cache_folder("recognisers") / f"{kind}-{digest[:16]}"
    absent = [kind for kind, folder in folders.items() if not folder.is_dir()]
    if absent:
        log.info("training small networks for %s", " and ".join(absent))
        with pool(len(absent)) as processes:
            jobs = [processes.submit(_train_small, kind, folders[kind]) for kind in absent]
            for job in jobs:
                job.result()
    return load_small(folders["objects"]), load_small(folders["scenes"])


def _train_small(kind: str, folder: Path) -> None:
    pictures, objects, scenes = demo.labelled_pictures(
        _DRAWN["pictures"], seed=_DRAWN["seed"], size=_DRAWN["size"]
    )
    labels, names = (objects, demo.OBJECTS) if kind == "objects" else (scenes, demo.SCENES)
    save_small(train_small(pictures, labels, names, _SMALL[kind]), folder)

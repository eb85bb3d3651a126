"""Where data, downloads and caches lie."""

from __future__ import annotations

import os
from pathlib import Path

import pooch

#: Environment variable that names a folder with pretrained networks for pictures.
WEIGHTS = "MORNING_WEIGHTS"


def checkout() -> Path | None:
    """Return the folder of the checkout that this library lies in; None for an installed one."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "dodo.py").is_file() else None


def known_as(data: str) -> str:
    """Return what results call the data of a run: a name stays, a path is `folder`.

    Where a folder lies is no property of results: the same data elsewhere give the same ones.
    """
    return data if Path(data).name == data else "folder"


def data_folder() -> Path:
    """Return the folder that fetched and generated data land in.

    `MORNING_DATA` where set, else `data/` of the checkout, else the user's cache folder.
    """
    if chosen := os.environ.get("MORNING_DATA"):
        return Path(chosen)
    root = checkout()
    return root / "data" if root else Path(pooch.os_cache("morning"))


def cache_folder(name: str) -> Path:
    """Return the folder that keeps one kind of intermediate result, below `data_folder()`."""
    return data_folder() / "cache" / name


def weights_folder() -> Path | None:
    """Return the folder with pretrained networks for pictures that `WEIGHTS` names, if any."""
    chosen = os.environ.get(WEIGHTS)
    return Path(chosen).expanduser().resolve() if chosen else None


def fetched_weights_folder() -> Path:
    """Return the folder of the user's cache that fetched networks for pictures land in."""
    return Path(pooch.os_cache("morning")).resolve() / "backbones"


def torchvision_folder() -> Path:
    """Return the folder that torchvision keeps its own downloads in."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or Path(cache) / "torch"
    return Path(home).expanduser() / "hub" / "checkpoints"

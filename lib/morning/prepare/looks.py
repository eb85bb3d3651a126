"""What `visual=auto` comes to for data of one's own: pretrained networks where they can be had.

Nothing here loads torch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from morning.errors import MorningError
from morning.features.visual.fetched import fetch, locate
from morning.features.visual.weights import NETWORKS, WeightFile, absent, find, named, size
from morning.places import WEIGHTS, weights_folder

log = logging.getLogger(__name__)

_LOOKED_AT = "looked at by ImageNet and Places365 networks"


def prospect() -> str:
    """Say what pictures will be looked at by, without asking any server.

    Raises
    ------
    MorningError
        If networks are not at hand, and none will be fetched.
    """
    files = NETWORKS["network"]
    if not (lacking := absent(files)):
        return f"{_LOOKED_AT} ({_whereabouts(files)})"
    if weights_folder():
        raise MorningError(f"{WEIGHTS} names a folder without {named(lacking)}")
    return f"{_LOOKED_AT}, fetched first (about {size(lacking)}); --visual none to prevent it"


def provide() -> str:
    """Have the networks for pictures at hand where that can be; return a sentence why not.

    Nothing is fetched where `MORNING_WEIGHTS` names a folder. Empty where they are at hand.
    """
    files = NETWORKS["network"]
    lacking = absent(files)
    if lacking and weights_folder():
        return _left_out(lacking)
    try:
        if lacking:
            fetch(lacking)
        for file in files:
            locate(file)
    except MorningError as error:
        log.warning("%s", error)
        return _left_out(absent(files) or files)
    log.info("pictures are %s; --visual none prevents it", prospect())
    return ""


def _left_out(wanted: Iterable[WeightFile]) -> str:
    return (
        f"Pictures are left out: no networks to look at them. Put {named(wanted)} into a folder "
        f"and name it with {WEIGHTS}."
    )


def _whereabouts(files: Iterable[WeightFile]) -> str:
    folders = {path.parent for file in files if (path := find(file))}
    return f"in the folder of {WEIGHTS}" if folders == {weights_folder()} else "in the cache"

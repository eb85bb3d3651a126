"""Files of released networks: fetched once into the user's cache, and the same ever after.

The torchvision project names its files after the first digits of their SHA-256, and the label file
lies in a repository at a commit. The others publish no digest, and their servers are asked without
encryption: the digest of what came first is kept beside the file, and what is read or fetched later
must be the same. No file is read in a way that would run code in it (`checkpoints`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from morning.downloads import DownloadError, download
from morning.errors import MorningError
from morning.features.visual.weights import WeightFile, find, size
from morning.files import sha256, whole_file
from morning.places import WEIGHTS, fetched_weights_folder

log = logging.getLogger(__name__)

#: How a file that torch wrote begins: as a zip archive, or, before torch 1.6, as a pickle.
_SAVED_BY_TORCH = (b"PK\x03\x04", b"\x80")


def locate(file: WeightFile, folder: str | Path | None = None) -> Path:
    """Return the path of a file, fetched first where it is not at hand and no folder is given.

    Parameters are those of `find`.

    Raises
    ------
    MorningError
        If it is not in the folder, cannot be fetched, or is not what was released.
    """
    path = find(file, folder)
    if path is None and folder is not None:
        name = file.short or file.name
        raise MorningError(f"{folder}: no {name}; fetch it from {file.url} and put it there")
    if path is None:
        fetch([file])
        path = fetched_weights_folder() / file.name
    _verify(file, path)
    return path


def fetch(files: Iterable[WeightFile]) -> None:
    """Fetch files into the user's cache, having said how much that is.

    Raises
    ------
    MorningError
        If one cannot be fetched or is not what was released. Those before it stay.
    """
    files = list(files)
    names = ", ".join(file.name for file in files)
    log.warning("fetching %s once (about %s); --visual none prevents it", names, size(files))
    for file in files:
        path = fetched_weights_folder() / file.name
        try:
            download(file.url, path, partial(_accept, file, path), progress=True)
        except DownloadError as error:
            raise MorningError(
                f"{error}; fetch it elsewhere and put it into a folder that {WEIGHTS} names"
            ) from error


def _known(file: WeightFile, path: Path) -> str:
    """Return what the SHA-256 of a file at `path` begins with, empty where nobody can know.

    What a user's folder has under a name without a digest is the user's own.
    """
    fetched = path.parent == fetched_weights_folder()
    if file.digest:
        return file.digest if fetched or file.digest in path.name else ""
    first = _first_seen(path)
    return (
        first.read_text(encoding="utf-8").partition(" ")[0] if fetched and first.is_file() else ""
    )


def _first_seen(path: Path) -> Path:
    """Return the file that keeps the digest of what was fetched first."""
    return path.with_name(f"{path.name}.sha256")


def _accept(file: WeightFile, path: Path, temporary: Path) -> None:
    """Refuse what a server sent instead of a file for `path`; keep its digest where none is known.

    Raises
    ------
    MorningError
        If it has another digest, or is no file of weights.
    """
    found = sha256(temporary)
    if known := _known(file, path):
        if not found.startswith(known):
            raise MorningError(_differs(f"what {file.url} sent", found, known))
        return
    with open(temporary, "rb") as content:
        if not content.read(4).startswith(_SAVED_BY_TORCH):
            raise MorningError(f"{file.url} sent something that holds no weights")
    with whole_file(_first_seen(path)) as note:
        note.write_text(f"{found}  {path.name}\n", encoding="utf-8")


def _verify(file: WeightFile, path: Path) -> None:
    known = _known(file, path)
    if known and not (found := sha256(path)).startswith(known):
        raise MorningError(f"{_differs(str(path), found, known)}; delete it to fetch it again")


def _differs(what: str, found: str, known: str) -> str:
    return f"{what} is not what was released: SHA-256 {found[:16]}…, expected {known[:16]}…"

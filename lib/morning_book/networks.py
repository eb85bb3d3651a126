"""The networks that look at pictures: had once, before any chapter needs them."""

from __future__ import annotations

from pathlib import Path

from doit.exceptions import TaskFailed
from morning.errors import MorningError
from morning.features.featureset import is_feature_set
from morning.features.visual.fetched import fetch
from morning.features.visual.weights import NETWORKS, WeightFile, absent, find
from morning.files import read_json
from morning.prepare.looks import prospect, provide
from morning.run import Run
from morning.sources.catalogue import inspect

from morning_book.settings import Settings


def have_networks(settings: Settings) -> TaskFailed | None:
    """Fetch the networks that the chapters will ask for, where they are not at hand.

    With `visual=auto`, a sentence says what becomes of the pictures, and nothing fails.

    Returns
    -------
    TaskFailed or None
        What doit shows where networks were asked for by name and cannot be fetched.
    """
    files = _released(settings)
    if settings.visual == "auto":
        if files and (said := _of_auto(settings)):
            print(said, flush=True)
        return None
    try:
        if lacking := absent(files):
            fetch(lacking)
    except MorningError as error:
        return TaskFailed(str(error))
    return None


def network_files(settings: Settings) -> dict[str, Path]:
    """Return the files of the networks that the chapters will use, by released name.

    Empty where pictures are left out, and where networks are trained here, which code decides.
    """
    folder = Path(settings.visual) if Path(settings.visual).is_absolute() else None
    files = NETWORKS["network"] if folder else _released(settings)
    found = {file.name: path for file in files if (path := find(file, folder))}
    return found if len(found) == len(files) else {}


def _released(settings: Settings) -> tuple[WeightFile, ...]:
    """Return the released files that a choice stands for, none where no picture is looked at."""
    if settings.data == "public" or is_feature_set(Path(settings.data)):
        return ()
    if settings.visual == "auto":
        return () if settings.data == "demo" else NETWORKS["network"]
    return NETWORKS.get(settings.visual, ())


def _of_auto(settings: Settings) -> str:
    """Fetch what can be fetched; return what there is to say that the run does not know yet.

    Data without pictures need no networks.
    """
    if absent(_released(settings)):
        source, _ = inspect(settings.data)
        if source is None or not source.has_pictures:
            return ""
        if why := provide():
            return why
    elif (record := Run(Path(settings.run)).inputs("weights")).is_file() and read_json(record):
        return ""
    return f"Pictures are {prospect()}; --visual none prevents it."

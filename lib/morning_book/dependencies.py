"""What a notebook depends on beside earlier results: code, and the files of data and weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from doit.exceptions import TaskFailed
from morning.code import closure
from morning.errors import MorningError
from morning.files import git_blob, read_json, sha256, stamp, write_json
from morning.places import data_folder
from morning.plain import visible
from morning.run import Run

from morning_book.networks import network_files
from morning_book.settings import Settings
from morning_book.stages import code_of_cells

#: What a file looked like: its stamp and its digest. The first saves reading it.
Seen = tuple[list[int], str]
_NONE: Seen = ([], "")
_NAMED = 3


def code_files(notebook: Path) -> tuple[Path, ...]:
    """Return a notebook and the files of the library that it imports, directly or not."""
    return (notebook, *closure(code=code_of_cells(notebook)))


def record_inputs(kind: str, settings: Settings, users: Iterable[str]) -> str:
    """Look at the files of the data or weights, say what changed, and return a digest of all.

    Only files with another stamp than at the last call are read.

    Parameters
    ----------
    kind : "data" or "weights"
    settings : Settings
    users : iterable of str
        Notebooks that use them, to be named when something changed.
    """
    record = Run(Path(settings.run)).inputs(kind)
    recorded, before = record.is_file(), _recorded(record)
    seen = _inputs(kind, settings, before)
    if seen != before or not recorded:
        write_json(record, seen)
    if recorded and (changed := _changed(before, seen)):
        said = f"{listed(changed)} changed: redoing {', '.join(users)}"
        print(visible(said), flush=True)
    return of_files(_digests(seen))


def inputs_are_the_same(kind: str, settings: Settings) -> TaskFailed | None:
    """Fail where the files of the data or weights changed since `record_inputs` looked."""
    before = _recorded(Run(Path(settings.run)).inputs(kind))
    if changed := _changed(before, _inputs(kind, settings, before)):
        return TaskFailed(f"{listed(changed)} changed meanwhile; call again")
    return None


def input_digests(kind: str, settings: Settings) -> dict[str, str]:
    """Return digests of the files of the data or weights by name, each read anew."""
    return _digests(_inputs(kind, settings, {}))


def recorded_digests(kind: str, run: Run) -> dict[str, str]:
    """Return digests of the files of the data or weights as `record_inputs` last saw them."""
    return _digests(_recorded(run.inputs(kind)))


def of_files(digests: Mapping[str, str]) -> str:
    """Return one digest of many files."""
    return hashlib.sha256(json.dumps(dict(digests), sort_keys=True).encode()).hexdigest()


def listed(names: Iterable[str]) -> str:
    """Return the first names, and how many more there are."""
    names = list(names)
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


def _recorded(record: Path) -> dict[str, Seen]:
    """Return what files looked like; nothing where that was not recorded, or not so."""
    try:
        return {name: (when, digest) for name, (when, digest) in read_json(record).items()}
    except (MorningError, ValueError, TypeError, AttributeError):
        return {}


def _digests(seen: Mapping[str, Seen]) -> dict[str, str]:
    return {name: digest for name, (_, digest) in seen.items()}


def _changed(before: Mapping[str, Seen], seen: Mapping[str, Seen]) -> list[str]:
    """Return the names of files that came, went or have another digest."""
    names = sorted({*before, *seen})
    return [name for name in names if before.get(name, _NONE)[1] != seen.get(name, _NONE)[1]]


def _inputs(kind: str, settings: Settings, before: Mapping[str, Seen]) -> dict[str, Seen]:
    return _data(settings, before) if kind == "data" else _weights(settings, before)


def _data(settings: Settings, before: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return the files of the data; those of the demo follow from code."""
    if settings.data == "demo":
        return {}
    if settings.data == "public":
        return _released(before)
    return _look(files_below(Path(settings.data), Path(settings.run)), before, sha256)


def _weights(settings: Settings, before: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return the files of the networks; what is trained here follows from code."""
    return _look(network_files(settings), before, sha256)


def _released(before: Mapping[str, Seen]) -> dict[str, Seen]:
    """Return the released files; one that is not there yet will be as it was released."""
    from morning.sources.released import mirror_folder, registry

    root = mirror_folder() or data_folder() / "public"
    known = registry()
    absent: dict[str, Seen] = {name: ([], file.git_blob) for name, file in known.items()}
    there = {name: path for name, file in known.items() if (path := file.below(root)).is_file()}
    return absent | _look(there, before, git_blob)


def files_below(folder: Path, run: Path) -> dict[str, Path]:
    """Return the files of a folder by their names in it, without hidden ones and those of `run`."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*"))}
    return {
        name.as_posix(): path
        for name, path in found.items()
        if not any(part.startswith(".") for part in name.parts)
        and not path.is_relative_to(run)
        and path.is_file()
    }


def _look(
    files: Mapping[str, Path], before: Mapping[str, Seen], digest: Callable[[Path], str]
) -> dict[str, Seen]:
    """Return what files look like; one of the same stamp as before is not read."""
    seen = {}
    for name, path in files.items():
        now, old = [*stamp(path)], before.get(name, _NONE)
        seen[name] = old if old[0] == now else (now, digest(path))
    return seen

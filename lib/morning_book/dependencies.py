"""What a notebook depends on beside earlier results: code, and the files of data and weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from morning.code import closure
from morning.files import git_blob, read_json, sha256, write_json
from morning.places import data_folder
from morning.plain import visible
from morning.run import Run

from morning_book.networks import network_files
from morning_book.settings import Settings
from morning_book.stages import code_of_cells

#: What a file looked like: size, time of change in ns, digest. The first two save reading it.
Seen = tuple[int, int, str]
_NAMED = 3


def code_files(notebook: Path) -> tuple[Path, ...]:
    """Return a notebook and the files of the library that it imports, directly or not."""
    return (notebook, *closure(code=code_of_cells(notebook)))


def record_inputs(kind: str, settings: Settings, users: Iterable[str]) -> str:
    """Look at the files of the data or weights, say what changed, and return a digest of all.

    Only files with another size or time than at the last call are read.

    Parameters
    ----------
    kind : "data" or "weights"
    settings : Settings
    users : iterable of str
        Notebooks that use them, to be named when something changed.
    """
    record = Run(Path(settings.run)).inputs(kind)
    before: dict[str, Seen] = {}
    if recorded := record.is_file():
        before = {name: tuple(seen) for name, seen in read_json(record).items()}
    seen = _data(settings, before) if kind == "data" else _weights(settings, before)
    if seen != before or not recorded:
        write_json(record, seen)
    digests = {name: state[2] for name, state in seen.items()}
    known = {name: state[2] for name, state in before.items()}
    changed = sorted(name for name, _ in digests.items() ^ known.items())
    if recorded and changed:
        said = f"{listed(dict.fromkeys(changed))} changed: redoing {', '.join(users)}"
        print(visible(said), flush=True)
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def listed(names: Iterable[str]) -> str:
    """Return the first names, and how many more there are."""
    names = list(names)
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


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
    absent = {name: (0, 0, file.git_blob) for name, file in known.items()}
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
    """Return what files look like; one of the same size and time as before is not read."""
    seen = {}
    for name, path in files.items():
        state = path.stat()
        stamp = (state.st_size, state.st_mtime_ns)
        old = before.get(name)
        seen[name] = old if old and old[:2] == stamp else (*stamp, digest(path))
    return seen

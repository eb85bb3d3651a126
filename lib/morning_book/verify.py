"""Whether a run is as it was recorded: what it read, the code it was made by, what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from morning.errors import MorningError, counted
from morning.files import read_json, sha256
from morning.run import Run

from morning_book import ROOT
from morning_book.dependencies import input_digests, listed, of_files, recorded_digests
from morning_book.provenance import code_digests, digest, parameters, records
from morning_book.settings import Settings
from morning_book.stages import Stage, stages

#: Parts of a record that decide what comes out: what changes there is executed again.
DECISIVE = ("parameters", "code", "inputs")
_VECTORS = "vectors"


@dataclass(frozen=True)
class Change:
    """Something that is not as it was recorded.

    Attributes
    ----------
    part : "parameters", "code", "inputs", "outputs", "records" or "vectors"
    name : str
        Of a parameter or file; of a notebook without a record.
    state : "changed", "missing" or "new"; "damaged" of a manifest
    notebooks : tuple of str
        Whose records say otherwise; none of vectors, whose manifest does.
    """

    part: str
    name: str
    state: str
    notebooks: tuple[str, ...] = ()

    def __str__(self) -> str:
        whose = f": {', '.join(self.notebooks)}" if self.notebooks else ""
        return f"{self.part}  {self.name} {self.state}{whose}"


@dataclass(frozen=True)
class Verified:
    """What was compared with the records of a run.

    Attributes
    ----------
    checked : dict of str to int
        How many things of each part; one that several notebooks have counts once.
    changes : list of Change
    redone : list of str
        Notebooks that `morning run` would execute again, and those that read what they write.
    unseen : list of str
        What could not be compared, and why.
    """

    checked: dict[str, int]
    changes: list[Change]
    redone: list[str]
    unseen: list[str]

    def lines(self) -> Iterator[str]:
        """Yield what was found as text, one line where all is well."""
        yield from map(str, self.changes)
        yield from (f"not compared: {each}" for each in self.unseen)
        if self.redone:
            yield f"`morning run` would execute {', '.join(self.redone)}"
        written = [c.name for c in self.changes if (c.part, c.state) == ("outputs", "changed")]
        if written:
            yield (
                f"to have {listed(written)} as recorded, delete what changed and the notebook of "
                "that name in notebooks/, then call `morning run`"
            )
        what = ", ".join(f"{number:,} {part}" for part, number in self.checked.items())
        yield f"{what}: {counted(len(self.changes), 'change') if self.changes else 'as recorded'}"


def verify(run: Run) -> Verified:
    """Compare a run with its records, and its vectors with their manifest.

    Raises
    ------
    MorningError
        If it has neither.
    """
    found = records(run)
    if not found and not run.manifest.is_file():
        raise MorningError(f"{run.folder}: neither records of notebooks nor vectors are here")
    changes, number = _of_vectors(run)
    checked, redone = {_VECTORS: number}, list[str]()
    if found:
        settings = _settings(run)
        known = {stage.name: stage for stage in stages(run, released=settings.data == "public")}
        files, unseen = _whole_inputs(run, found, settings)
        now = {kind: of_files(each) for kind, each in files.items()}
        compared = _Compared(run, settings, known, now, read_exported(run))
        changes = [*_named(compared.changes(found), run, files), *changes]
        checked = {"notebooks": len(found)} | compared.counts(found) | checked
        if not run.exported.is_file():
            redone = _redone(run, list(known.values()), changes)
    else:
        unseen = ["the model, of which no digest was recorded"]
    return Verified(checked, changes, redone, unseen)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Return what differs between two mappings: name -> "changed", "missing" or "new"."""
    names = [*before, *(name for name in after if name not in before)]
    states = {
        name: "new" if name not in before else "missing" if after.get(name) is None else "changed"
        for name in names
    }
    return {name: states[name] for name in names if before.get(name) != after.get(name)}


def read_exported(run: Run) -> dict[str, str | None]:
    """Return digests of files that an export wrote anew; None for those that it left out."""
    return dict(read_json(run.exported)) if run.exported.is_file() else {}


@dataclass(frozen=True)
class _Compared:
    """What records are compared with."""

    run: Run
    settings: Settings
    known: Mapping[str, Stage]
    whole: Mapping[str, str]
    """Digests of data and networks, where these are here."""
    exported: Mapping[str, str | None]

    def changes(self, found: Mapping[str, Mapping[str, Any]]) -> list[Change]:
        """Return what is not as records say, each thing once."""
        owners: dict[tuple[str, str, str], list[str]] = {}
        for part in (*DECISIVE, "outputs"):
            for notebook, record in found.items():
                if notebook in self.known:
                    before, after = self._before(part, record), self._after(part, record)
                    for name, state in differing(before, after).items():
                        owners.setdefault((part, name, state), []).append(notebook)
        changes = [Change(*key, tuple(notebooks)) for key, notebooks in owners.items()]
        missing = [name for name in self.known if name not in found]
        return [*changes, *(Change("records", name, "missing", (name,)) for name in missing)]

    def counts(self, found: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
        """Return how many things of each part were compared."""
        return {
            part: len({name for record in found.values() for name in self._before(part, record)})
            for part in (*DECISIVE, "outputs")
        }

    def _before(self, part: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a record says of a part, without what is not here to be compared."""
        recorded = {n: self.exported.get(n, v) for n, v in record[part].items()}
        absent = [n for n in ("data", "weights") if part == "inputs" and n not in self.whole]
        return {n: v for n, v in recorded.items() if v is not None and n not in absent}

    def _after(self, part: str, record: Mapping[str, Any]) -> dict[str, Any]:
        stage = self.known[record["notebook"]]
        if part == "parameters":
            return parameters(stage, vars(self.settings))
        if part == "code":
            return code_digests(stage)
        return {n: self.whole.get(n) or self._digest(n) for n in self._before(part, record)}

    def _digest(self, name: str) -> str | None:
        """Return the digest of a file of the run, or of the repository; None where it is gone."""
        paths = (self.run.folder / name, ROOT / name)
        return next((digest(path) for path in paths if path.is_file()), None)


def _settings(run: Run) -> Settings:
    """Return the settings of a run, wherever it lies now."""
    recorded = run.settings() | {"run": str(run.folder.resolve())}
    names = {each.name for each in fields(Settings)}
    return Settings(**{name: value for name, value in recorded.items() if name in names})


def _whole_inputs(
    run: Run, found: Mapping[str, Mapping[str, Any]], settings: Settings
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return digests of the files of data and networks as they are, and what is not here."""
    folder = Path(settings.data)
    here = settings.data in ("demo", "public") or (folder.is_absolute() and folder.is_dir())
    recorded = {name for record in found.values() for name in record["inputs"]}
    used = [kind for kind in ("data", "weights") if kind in recorded]
    files = {kind: input_digests(kind, settings) if here else {} for kind in used}
    return (
        {kind: each for kind, each in files.items() if each},
        [f"the {kind}, not here" for kind, each in files.items() if not each],
    )


def _named(
    changes: Iterable[Change], run: Run, files: Mapping[str, Mapping[str, str]]
) -> Iterator[Change]:
    """Yield changes; that of the data says which files, as far as the pipeline knew them."""
    for change in changes:
        if change.part == "inputs" and change.name in files:
            known = recorded_digests(change.name, run)
            if known and (names := differing(known, files[change.name])):
                yield replace(change, name=f"{change.name} ({listed(names)})")
                continue
        yield change


def _of_vectors(run: Run) -> tuple[list[Change], int]:
    """Compare the vectors of a run, and those added to it, with their manifests."""
    changes, number = [], 0
    for folder in (run.vectors, *sorted(run.added.glob(f"*/{run.vectors.name}"))):
        if not (folder / run.manifest.name).is_file():
            continue
        place = folder.relative_to(run.folder).as_posix()
        try:
            files = read_json(folder / run.manifest.name)["files"]
            before = {f"{place}/{name}": str(each["sha256"]) for name, each in files.items()}
        except (MorningError, ValueError, KeyError, TypeError, AttributeError):
            changes.append(Change(_VECTORS, f"{place}/{run.manifest.name}", "damaged"))
            continue
        number += len(before)
        there = {name: run.folder / name for name in before}
        after = {name: sha256(path) for name, path in there.items() if path.is_file()}
        changes += [Change(_VECTORS, *found) for found in differing(before, after).items()]
    return changes, number


def _redone(run: Run, known: Iterable[Stage], changes: Iterable[Change]) -> list[str]:
    """Return the notebooks that what changed makes `morning run` execute, and who reads them."""
    again = {name for c in changes if c.part in (*DECISIVE, "records") for name in c.notebooks}
    for stage in known:  # in their order: who reads comes later
        lost = not all(path.is_file() for path in _targets(stage, run))
        written = {path for other in known if other.name in again for path in other.writes}
        if lost or written & {*stage.reads}:
            again.add(stage.name)
    return [stage.name for stage in known if stage.name in again]


def _targets(stage: Stage, run: Run) -> tuple[Path, ...]:
    return (run.notebooks / f"{stage.name}.ipynb", *stage.writes)

"""A run as one file to hand on: an RO-Crate, which ranks and can be verified elsewhere."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from morning.errors import MorningError
from morning.files import read_json, whole_file, write_json, write_text
from morning.places import known_as
from morning.recommend.candidates import read_candidates
from morning.report.names import Names
from morning.run import Run

from morning_book import ROOT
from morning_book.crate import CITATION, METADATA, PAPER, RIGHTS, SOURCES, metadata
from morning_book.dependencies import listed
from morning_book.provenance import code_digests, digest, place, portable, records, whole_files
from morning_book.stages import Stage, stages
from morning_book.verify import read_exported

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file knows
_HIDDEN = (
    "Influencers have pseudonyms. Posts, biographies, and chapters and figures that open them are "
    "left out, and so are added influencers and what encodes new accounts. Vectors, numbers of "
    "followers and collaborations are there: who knows an account may recognise it by them."
)
_SHOWN = "Ids of influencers, and posts in the executed chapters, are as they are in the run."
_NOBODY = "Influencers have the pseudonyms of the data; there are no posts of people."
_README = """\
# {name}

A run of MORNING, micro-influencer recommendation: parameters, vectors, models, results, and how
they came about. `{metadata}` says it to machines (RO-Crate 1.1).

Unpack it into a folder, and with MORNING installed:

    morning verify FOLDER
    morning evaluate FOLDER
    morning rank --run FOLDER --brand ID

Ids of brands are in `features/accounts.parquet`.

## Whom it names

{people}

## Licence

{rights}

## To cite

`{citation}`, and the paper that MORNING rebuilds: {paper}
"""


def export(run: Run, out: Path, *, ids: bool = False) -> str:
    """Write a run as an RO-Crate, a zip file, whole or not at all; equal runs give equal files.

    Parameters
    ----------
    run : Run
    out : path
    ids : bool
        Of data of people: their ids rather than pseudonyms, and chapters that show posts.

    Returns
    -------
    str
        Whom the file names.

    Raises
    ------
    MorningError
        If there is no run, or a file of it names folders of this machine.
    """
    if not run.manifest.is_file():
        raise MorningError(f"{run.folder}: no run is here, or it is not finished")
    data = known_as(str(run.settings().get("data", "folder")))
    kind = data if data in ("demo", "public") else "folder"
    hide = kind == "folder" and not ids
    name = run.folder.resolve().name
    people = _HIDDEN if hide else _SHOWN if kind == "folder" else _NOBODY
    with TemporaryDirectory() as folder:
        copy = Run(Path(folder))
        chapters = stages(run, released=kind == "public")
        _fill(run, copy, hide, chapters)
        _add_sources(run, copy, chapters)
        _refuse_places(copy, run)
        text = _README.format(
            name=name,
            metadata=METADATA,
            people=people,
            rights=RIGHTS[kind],
            citation=CITATION,
            paper=PAPER,
        )
        write_text(copy.folder / "README.md", text)
        shutil.copy(ROOT / CITATION, copy.folder)
        write_json(copy.folder / METADATA, metadata(copy, name, kind, _finished(run)))
        _zip(copy.folder, out)
    return people


def _fill(run: Run, copy: Run, hide: bool, chapters: Sequence[Stage]) -> None:
    """Copy what belongs to a run; with `hide`, nothing that says who influencers are."""
    for path in _files(run):
        if hide and not _names_nobody(path, run, chapters):
            continue
        target = copy.folder / path.relative_to(run.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            write_json(target, portable(read_json(path)))
        elif path == run.parameters:
            settings = {n: v for n, v in read_json(path).items() if n != "run"}
            write_json(target, settings | _without_places(settings))
        else:
            shutil.copyfile(path, target)
    if hide:
        _pseudonymise(run, copy)
    written = {name for record in records(run).values() for name in record["outputs"]}
    if written:
        there = {place(path, copy): path for path in whole_files(copy.folder)}
        absent: dict[str, str | None] = dict.fromkeys(sorted(written - there.keys()))
        anew = {
            n: digest(there[n]) for n in sorted(written & there.keys()) if hide and _anew(n, run)
        }
        write_json(copy.exported, read_exported(run) | absent | anew)


def _add_sources(run: Run, copy: Run, chapters: Sequence[Stage]) -> None:
    """Copy the notebooks as they were before they were executed.

    Raises
    ------
    MorningError
        If one was edited since.
    """
    for stage in chapters:
        if (record := records(run).get(stage.name)) is None:
            continue
        if record["code"][stage.notebook.name] != code_digests(stage)[stage.notebook.name]:
            raise MorningError(f"{stage.notebook.name} was edited since; call `morning run` first")
        target = copy.folder / SOURCES / stage.notebook.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(stage.notebook, target)


def _anew(name: str, run: Run) -> bool:
    """Whether a file has pseudonyms in place of ids."""
    path = run.folder / name
    return path == run.candidates or path.is_relative_to(run.vectors)


def _without_places(settings: dict[str, Any]) -> dict[str, str]:
    return {n: known_as(settings[n]) for n in ("data", "visual") if n in settings}


def _files(run: Run) -> list[Path]:
    """Return the files of a run without its book, and without what failed."""
    found = whole_files(run.folder)
    return [
        path
        for path in found
        if not path.is_relative_to(run.book) and not path.name.endswith(".failed.ipynb")
    ]


def _names_nobody(path: Path, run: Run, chapters: Sequence[Stage]) -> bool:
    """Whether a file is free of ids, and of chapters that open the posts."""
    closed = {stage.name for stage in chapters if not stage.opens_data}
    if path.parent == run.notebooks:
        return path.stem in closed
    if path.parent == run.figures:
        drawn = [each["outputs"] for name, each in records(run).items() if name in closed]
        return any(place(path, run) in outputs for outputs in drawn)
    folders = (
        run.variants,
        run.best,
        run.comparison,
        run.results("any").parent,
        run.environment.parent,
    )
    notes = [run.note(name) for name in ("content", "audience", "attribute")]
    files = (run.parameters, run.chances, run.explorer, *notes)
    return path in files or any(path.is_relative_to(folder) for folder in folders)


def _pseudonymise(run: Run, copy: Run) -> None:
    """Write the vectors, and what is known of influencers, under the names of the explorer."""
    features = run.features()
    names = Names.of_ids(features, hide=True)
    accounts = features.accounts.assign(account_id=features.accounts["account_id"].map(names.shown))
    pairs = features.collaborations
    pairs = pairs.assign(influencer_id=pairs["influencer_id"].map(names.shown))
    replace(features, accounts=accounts, collaborations=pairs).save(copy.vectors)
    if run.candidates.is_file():
        table = read_candidates(run.candidates)
        called = table["influencer_id"].map(names.shown)
        plain = names.plain(table.drop(columns="influencer_id"))
        plain.insert(0, "influencer_id", called)
        plain.to_parquet(copy.candidates, index=False)


def _refuse_places(copy: Run, run: Run) -> None:
    """Refuse files that name the folders of the run, of its data, of the code or of the user.

    Raises
    ------
    MorningError
    """
    folders = {run.folder.resolve(), Path(run.settings().get("data", "")), ROOT, Path.home()}
    places = [re.escape(str(each)) for each in folders if each.is_absolute() and each.name]
    told = re.compile(rf"(?<![\w.~/-])({'|'.join(places)})(?![\w-])".encode())
    found = [place(p, copy) for p in whole_files(copy.folder) if told.search(p.read_bytes())]
    if found:
        raise MorningError(
            f"{listed(found)}: names folders of this machine; delete the notebooks of the run, "
            "then `morning run` makes it anew"
        )


def _finished(run: Run) -> str:
    """Return when the last notebook was started; of a run without any, the day of its vectors."""
    started = [record["started"] for record in records(run).values()]
    return max(started, default=str(date.fromtimestamp(run.manifest.stat().st_mtime)))


def _zip(folder: Path, out: Path) -> None:
    """Pack a folder: in the order of names, without times."""
    with whole_file(out) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for path in whole_files(folder):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)

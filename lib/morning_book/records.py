"""The commands about how runs came about: `morning verify`, `morning diff`, `morning export`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from morning.cli import say
from morning.run import Run

_RunFolder = Annotated[Path, typer.Argument(help="Run folder.", show_default=False)]


def verify(
    run: _RunFolder,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what of a run is not as it was recorded: exit code 0 nothing, 1 something.

    Digests of parameters, code, data, vectors and everything that was written are computed anew.
    """
    from morning_book import verify

    found = verify.verify(Run(run))
    if as_json:
        say(json.dumps(asdict(found), allow_nan=False))
    else:
        for line in found.lines():
            say(line)
    if found.changes:
        raise typer.Exit(1)


def diff(
    one: _RunFolder,
    other: _RunFolder,
    page: Annotated[
        Path | None, typer.Option("--html", help="File for a page with figures of both.")
    ] = None,
) -> None:
    """Say how two runs differ: settings, versions, code, data, metrics, first influencers.

    A difference of metrics is the second run less the first, with its paired 95 % interval over
    the brands that both tested, from 20 on. Influencers are counted, not named.
    """
    from morning.files import write_text

    from morning_book.diff import compare_runs, pairs_of_figures

    runs = Run(one), Run(other)
    found = compare_runs(*runs)
    for line in found.lines():
        say(line)
    if page is not None:
        write_text(page, found.page(pairs_of_figures(*runs)))


def export(
    run: _RunFolder,
    out: Annotated[Path, typer.Option(help="New zip file.", show_default=False)],
    ids: Annotated[
        bool, typer.Option("--ids", help="Ids of influencers and their posts, not pseudonyms.")
    ] = False,
) -> None:
    """Write a run as one file (RO-Crate), to rank by, evaluate and verify elsewhere."""
    from morning_book.export import export

    say(export(Run(run), out, ids=ids), err=True)

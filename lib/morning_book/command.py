"""The `morning` command with `run` added to it, and `python -m morning_book.command`."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from morning import cli
from morning.errors import ContractError, MorningError
from morning.files import held

from morning_book import ROOT, records
from morning_book.settings import Settings, described

if TYPE_CHECKING:
    from morning.run import Run

#: Options that are not called like their setting.
_OPTIONS = {"run": "--out"}


def main() -> None:
    """Run the command: exit code 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    cli.main()


def run(assignments: list[str] | None, book: bool, **options: str) -> None:
    """Execute the notebooks that are out of date, then render the book.

    Settings are given as options, or as NAME=VALUE like those of make.
    """
    from morning_book.repository import repository

    try:
        settings = _settings(assignments or [], options)
        repository()  # said wrongly, it would fail after all chapters
    except MorningError as error:
        cli.say(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    from morning.run import Run

    _refuse_hopeless(settings)
    _claim(Run(Path(settings.run)))
    with held(settings.run):
        if _pipeline(settings, "book" if book else "notebook"):
            raise typer.Exit(1)
    if book:
        cli.say(Run(Path(settings.run)).index)


def _settings(assignments: list[str], options: Mapping[str, str]) -> Settings:
    """Return the settings of options and NAME=VALUE arguments; the latter win."""
    texts = dict(options)
    if texts["run"]:  # as an option it is a path in any case
        texts["run"] = str(Path(texts["run"]).expanduser().absolute())
    for assignment in assignments:
        name, sign, text = assignment.partition("=")
        if not sign:
            raise MorningError(f"{assignment!r} is not NAME=VALUE")
        texts[name.lower()] = text
    return Settings.read(texts, Path.cwd())


def _refuse_hopeless(settings: Settings) -> None:
    """Fail at once where a run on a folder could not finish; a run that began is not asked again.

    Raises
    ------
    ContractError
        With every reason.
    """
    from morning.prepare.checked import checked
    from morning.run import Run

    folder = Path(settings.data)
    if folder.is_dir() and not Run(Path(settings.run)).parameters.exists():
        report, _ = checked(folder)
        if not report.ok:
            raise ContractError(str(folder), report.errors)


def _claim(run: Run) -> None:
    """Make the folder of a run.

    Raises
    ------
    MorningError
        If nothing can be written there, or it holds something that is no run.
    """
    try:
        run.folder.mkdir(parents=True, exist_ok=True)
        there = next((p for p in run.folder.iterdir() if not p.name.startswith(".")), None)
        tempfile.TemporaryFile(dir=run.folder).close()
    except OSError as error:
        raise MorningError(
            f"{run.folder}: cannot be written ({error.strerror}); choose another folder with --out"
        ) from None
    if there and not (run.parameters.exists() or run.blocks.exists()):
        raise MorningError(
            f"{run.folder}: holds {there.name}, and no run; choose an empty folder with --out"
        )


def _pipeline(settings: Settings, *tasks: str) -> int:
    """Run doit on the settings; return its exit code."""
    from doit.doit_cmd import DoitMain
    from morning.learning.workers import end_forks_with_parent, kill_started
    from morning.run import Run

    from morning_book.stages import stages

    for stage in stages(Run(Path(settings.run)), released=settings.data == "public"):
        stage.parameters(settings.recorded())
    values = [f"{name}={value}" for name, value in vars(settings).items()]
    processes = str(settings.processes)
    doit = DoitMain(extra_config={"BACKEND": {"json": "morning_book.finished:Finished"}})
    end_forks_with_parent()
    try:
        return doit.run(["-f", str(ROOT / "dodo.py"), "-n", processes, *values, *tasks])
    except KeyboardInterrupt:
        kill_started()  # one that waits for another, which was ended, would wait for ever
        raise


def _with_options(command: Any) -> Any:
    """Give a function one parameter per setting, which typer makes options of."""
    arguments: dict[str, tuple[Any, Any]] = {
        "assignments": (list[str] | None, typer.Argument(None, metavar="NAME=VALUE")),
    }
    for setting in described():
        option = typer.Option(
            str(setting.default),
            _OPTIONS.get(setting.name, "--" + setting.name.replace("_", "-")),
            metavar=str(setting.rule),
            help=setting.help,
        )
        arguments[setting.name] = (str, option)
    arguments["book"] = (bool, typer.Option(True, help="Render the HTML book as well."))
    kind = inspect.Parameter.KEYWORD_ONLY
    command.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, kind, annotation=annotation, default=default)
            for name, (annotation, default) in arguments.items()
        ]
    )
    command.__annotations__ = {name: annotation for name, (annotation, _) in arguments.items()}
    return command


for each in (_with_options(run), records.verify, records.diff, records.export):
    cli.app.command()(each)

if __name__ == "__main__":
    main()

"""The settings of a run. Each is said once, here.

Options of `morning run`, variables of `make` and doit, the notebooks' parameters and the table
in the README all follow from the fields of `Settings`: name, rule, default and docstring.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from morning.errors import MorningError
from morning.parameters import profile_name, run_folder
from morning.scale.engines import NAMES, Engine

_CHANGE_NOTHING = ("processes", "engine")


@dataclass(frozen=True)
class Choice:
    """A name among some, or an existing folder."""

    names: tuple[str, ...]
    folder: bool = False

    def read(self, text: str, here: Path) -> str:
        """Return the value of a text; a folder becomes absolute."""
        if text in self.names:
            return text
        if not self.folder:
            raise MorningError(f"{text!r} is not one of {', '.join(self.names)}")
        path = (here / Path(text).expanduser()).resolve()
        if not path.is_dir():
            raise MorningError(
                f"{text!r} is neither {', '.join(self.names)} nor an existing folder"
            )
        return str(path)

    def __str__(self) -> str:
        return "|".join([*self.names, *["FOLDER"] * self.folder])


@dataclass(frozen=True)
class Count:
    """A whole number that is not too small."""

    least: int

    def read(self, text: str, here: Path) -> int:
        """Return the value of a text."""
        if not text.isdecimal() or int(text) < self.least:
            raise MorningError(f"{text!r} is not a whole number of at least {self.least}")
        return int(text)

    def __str__(self) -> str:
        return "N"


@dataclass(frozen=True)
class RunFolder:
    """A name below `runs/`, or a path."""

    def read(self, text: str, here: Path) -> str:
        """Return the absolute path of a text."""
        path = run_folder(text, "", here)
        if path.exists() and not path.is_dir():
            raise MorningError(f"{text!r} is a file, not a folder")
        return str(path)

    def __str__(self) -> str:
        return "NAME|FOLDER"


@dataclass(frozen=True)
class Where:
    """What `Engine.read` takes."""

    def read(self, text: str, here: Path) -> str:
        """Return the text, if it names an engine."""
        Engine.read(text)
        return text

    def __str__(self) -> str:
        return "|".join([*NAMES, "ADDRESS"])


@dataclass(frozen=True)
class Settings:
    """What can be chosen of a run."""

    data: Annotated[str, Choice(("demo", "public"), folder=True)] = "demo"
    """demo: a generated world; public: the benchmark; or a folder of your own."""

    run: Annotated[str, RunFolder()] = ""
    """Where results go: a name below runs/, or a path; by default the data's name."""

    visual: Annotated[str, Choice(("auto", "none", "small", "network", "upernet"), folder=True)] = (
        "auto"
    )
    """Networks for pictures; auto: small for the demo, else pretrained if at hand."""

    label_posts: Annotated[str, Choice(("keep", "drop"))] = "keep"
    """Posts that name a partner, of which labels are made: keep or drop."""

    topics: Annotated[int, Count(0)] = 0
    """Number of topics; 0: chosen by coherence and fit."""

    topic_seed: Annotated[int, Count(0)] = 0
    """Seed of the topic models."""

    profile: Annotated[str, Choice(("auto", "paper", "code", "bamir", "quick"))] = "auto"
    """How to train: paper, code, bamir, quick; auto: quick (demo) or paper."""

    seeds: Annotated[int, Count(1)] = 3
    """Trainings per variant, each from its own seed."""

    epochs: Annotated[int, Count(0)] = 0
    """Epochs of a training; 0: as the profile says."""

    processes: Annotated[int, Count(1)] = 2
    """Notebooks that are executed at a time; it changes no result."""

    engine: Annotated[str, Where()] = NAMES[0]
    """Where much is computed: here, by Ray here, or by the Ray cluster of an address."""

    @classmethod
    def read(cls, texts: Mapping[str, str], here: Path) -> Settings:
        """Return the settings that texts say; what is left out or empty has its default.

        Parameters
        ----------
        texts : mapping of str to str
            Name, in any case, to value.
        here : Path
            Folder that relative paths start from.

        Raises
        ------
        MorningError
            If a name is unknown or a value makes no sense.
        """
        rules = {setting.name: setting.rule for setting in described()}
        values: dict[str, Any] = {}
        for given, text in texts.items():
            name = given.lower()
            if name not in rules:
                raise MorningError(f"there is no setting {given}; known are {', '.join(rules)}")
            try:
                values |= {name: rules[name].read(text, here)} if text else {}
            except MorningError as error:
                raise MorningError(f"{name}: {error}") from None
        settings = cls(**values)
        run = settings.run or RunFolder().read(str(run_folder("", settings.data, here)), here)
        profile = profile_name(settings.profile, settings.data)
        return dataclasses.replace(settings, run=run, profile=profile)

    def recorded(self) -> dict[str, Any]:
        """Return what decides results, by name."""
        return {n: v for n, v in dataclasses.asdict(self).items() if n not in _CHANGE_NOTHING}


@dataclass(frozen=True)
class Setting:
    """One field of `Settings`, for whoever asks a reader for it."""

    name: str
    rule: Choice | Count | RunFolder | Where
    default: Any
    help: str


def described() -> list[Setting]:
    """Return the settings in their order."""
    types = typing.get_type_hints(Settings, include_extras=True)
    body = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body[0].body  # type: ignore[attr-defined]
    helps = {
        ast.unparse(field.target): text.value.value
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
    }
    return [
        Setting(field.name, types[field.name].__metadata__[0], field.default, helps[field.name])
        for field in dataclasses.fields(Settings)
    ]


def table() -> str:
    """Return the settings as a Markdown table."""
    cells = [
        (f"`{setting.name.upper()}`", f"`{setting.rule}`", str(setting.default), setting.help)
        for setting in described()
    ]
    rows = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in cells]
    lines = ["setting | value | default | meaning", "---|---|---|---", *rows]
    return "\n".join(f"| {line} |" for line in lines)

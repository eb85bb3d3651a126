"""Errors that a user can act on, and reports of what a check found."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field


class MorningError(Exception):
    """Something the user can mend; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Problem:
    """One violation of a data contract.

    Attributes
    ----------
    file : str
        Name of the table or file, as the user knows it.
    rule : str
        What should hold, in words.
    row : int or None
        Row in that file, counted from 0 (without the header), where there is one.
    column : str or None
        Column, where there is one.
    value : str or None
        The offending value, shortened.
    """

    file: str
    rule: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        found = "" if self.value is None else f" (found {self.value})"
        return f"{place}: {self.rule}{found}"


class ContractError(MorningError):
    """A Dataset or FeatureSet that breaks its contract; lists every violation at once.

    Attributes
    ----------
    problems : list of Problem
    """

    SHOWN = 50

    def __init__(self, what: str, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        lines = [f"  {problem}" for problem in self.problems[: self.SHOWN]]
        if len(self.problems) > self.SHOWN:
            lines.append(f"  … and {len(self.problems) - self.SHOWN} more")
        count = f"{len(self.problems)} problem{'s' if len(self.problems) != 1 else ''}"
        super().__init__(f"{what}: {count}\n" + "\n".join(lines))


@dataclass
class Report:
    """What a check found.

    Attributes
    ----------
    errors : list of Problem
        Break the contract; the data cannot be used.
    warnings : list of Problem
        Worth knowing; the data can be used.
    """

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    def log_warnings(self, log: logging.Logger, where: object, shown: int = 50) -> None:
        """Log the warnings, at most `shown` of them one by one."""
        for problem in self.warnings[:shown]:
            log.warning("%s: %s", where, problem)
        if len(self.warnings) > shown:
            log.warning("%s: … and %d more warnings", where, len(self.warnings) - shown)

"""Errors that a user can act on, and reports of what a check found."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import ClassVar

from morning.plain import on_one_line


def counted(number: int, noun: str) -> str:
    """Return a number with what is counted: 1 brand, 2 brands, 3,000 brands."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


class MorningError(Exception):
    """Something the user can mend; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Problem:
    """One violation of a data contract, or all that have one cause.

    Attributes
    ----------
    file : str
        Name of the table or file, as the user knows it.
    rule : str
        What should hold and how to get there, in words; the same for all rows of one cause.
    row : int or None
        First row, where there is one, as the file numbers it: in a text file or workbook as a
        spreadsheet does (the header is row 1), in Parquet and JSON from 1, in memory from 0.
    column : str or None
        Column, where there is one.
    value : str or None
        The offending value, shortened.
    also : tuple of (int, str or None)
        The other rows of the same cause, with their values.
    """

    file: str
    rule: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    also: tuple[tuple[int, str | None], ...] = ()

    SHOWN: ClassVar[int] = 5
    """Rows and values of one cause that are shown."""

    @property
    def count(self) -> int:
        """How many rows have this cause; 1 where it is about no row."""
        return 1 + len(self.also)

    def places(self) -> Iterator[tuple[int | None, str | None]]:
        """Yield every row with its value."""
        yield self.row, self.value
        yield from self.also

    def __str__(self) -> str:
        place = self.file
        shown = list(islice(self.places(), self.SHOWN))
        if self.also:
            rows = ", ".join(str(row) for row, _ in shown)
            place += f", rows {rows}" + self._more()
        elif self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        values = list(dict.fromkeys(value for _, value in shown if value is not None))
        found = f" (found {', '.join(values)})" if values else ""
        return on_one_line(f"{place}: {self.rule}{found}")

    def _more(self) -> str:
        return f", … ({self.count:,} in all)" if self.count > self.SHOWN else ""


def by_cause(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with all rows of one cause (file, column and rule) together."""
    groups: dict[tuple[str | None, ...], list[Problem]] = {}
    for problem in problems:
        apart = problem.value if problem.row is None else ""
        groups.setdefault((problem.file, problem.column, problem.rule, apart), []).append(problem)
    return [_together(group) for group in groups.values()]


def unreported(problems: Iterable[Problem], known: Iterable[Problem]) -> list[Problem]:
    """Return problems without the cells that something else is known to be wrong with."""
    cells = {(p.file, p.column, row) for p in known if p.row is not None for row, _ in p.places()}
    left = []
    for problem in problems:
        places = [x for x in problem.places() if (problem.file, problem.column, x[0]) not in cells]
        if places:
            (row, value), *also = places
            left.append(replace(problem, row=row, value=value, also=tuple(also)))  # type: ignore[arg-type]
    return left


def _together(group: Sequence[Problem]) -> Problem:
    places = [(row, value) for each in group for row, value in each.places() if row is not None]
    return replace(group[0], also=tuple(places[1:]))


class ContractError(MorningError):
    """A Dataset or FeatureSet that breaks its contract; lists every violation at once.

    Attributes
    ----------
    problems : list of Problem
        One for each cause.
    """

    SHOWN = 50

    def __init__(self, what: str, problems: Iterable[Problem]) -> None:
        self.problems = by_cause(problems)
        lines = [f"  {problem}" for problem in self.problems[: self.SHOWN]]
        if len(self.problems) > self.SHOWN:
            lines.append(f"  … and {len(self.problems) - self.SHOWN} more")
        super().__init__(f"{what}: {counted(len(self.problems), 'problem')}\n" + "\n".join(lines))


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

    def by_cause(self) -> Report:
        """Return the report with all rows of one cause together."""
        return Report(by_cause(self.errors), by_cause(self.warnings))

    def log_warnings(self, log: logging.Logger, where: object, shown: int = 50) -> None:
        """Log the warnings by cause, at most `shown` of them."""
        warnings = by_cause(self.warnings)
        for problem in warnings[:shown]:
            log.warning("%s: %s", where, problem)
        if len(warnings) > shown:
            log.warning("%s: … and %d more warnings", where, len(warnings) - shown)

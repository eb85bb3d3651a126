"""A section of a page: what was found, as rows and numbers, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.display import Markdown
from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Section:
    """What one call found out. Every part may be missing; a section without any shows nothing."""

    rows: Sequence[Mapping[str, Any]] = ()
    """Result rows for the results file."""
    findings: Mapping[str, Any] = field(default_factory=dict)
    """Numbers for the results file that are no row of a table."""
    figure: Figure | None = None
    """To show in a cell of its own, so that the book can number it; so are tables and text."""
    tables: Sequence[Any] = ()
    """At most two."""
    text: str = ""
    """What they say: Markdown."""

    @property
    def table(self) -> Any:
        """The first table, to show in a cell of its own; None without one."""
        return self.tables[0] if self.tables else None

    @property
    def second(self) -> Any:
        """The second table; None without one."""
        return self.tables[1] if len(self.tables) > 1 else None

    @property
    def said(self) -> Markdown | None:
        """The text, to be shown; None without one."""
        return Markdown(self.text) if self.text else None


def together(sections: Iterable[Section]) -> tuple[list[Mapping[str, Any]], dict[str, Any]]:
    """Return the rows and the findings of all sections, in their order."""
    rows: list[Mapping[str, Any]] = []
    findings: dict[str, Any] = {}
    for section in sections:
        rows += section.rows
        findings |= section.findings
    return rows, findings

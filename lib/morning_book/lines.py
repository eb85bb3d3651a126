"""Rows as lines of a Markdown table, for pages that have its head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table_lines(rows: Iterable[Sequence[str]]) -> str:
    """Return a line for each row of cells, which are Markdown already."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)

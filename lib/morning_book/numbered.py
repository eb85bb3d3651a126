"""A Sphinx extension: a cell's output that is captioned as a table is numbered as a table.

MyST-NB captions any output as a figure; one with the class `table` becomes "Table 3".
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class TableFigure(nodes.figure):
    """A captioned output that counts among the tables."""


class CountTables(SphinxTransform):
    """Make table figures of the figures with the class `table`."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Replace them, before anything is numbered or referred to."""
        for figure in list(self.document.findall(nodes.figure)):
            if "table" in figure["classes"]:
                table = TableFigure("", *figure.children, **figure.attributes)
                figure.replace_self(table)
                self.document.ids |= dict.fromkeys(table["ids"], table)


def _visit(translator: Any, node: TableFigure) -> None:
    translator.visit_figure(node)


def _depart(translator: Any, node: TableFigure) -> None:
    translator.depart_figure(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both."""
    app.add_enumerable_node(TableFigure, "table", html=(_visit, _depart))
    app.add_transform(CountTables)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

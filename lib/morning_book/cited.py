"""A Sphinx extension: an entry of the bibliography is labelled as it is cited, "Blei et al., 2003".

The style `author_year` of citations comes with sphinxcontrib-bibtex; its labels do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


class AuthorYearLabels(BaseLabelStyle):  # type: ignore[misc]
    """Labels that are what a citation in brackets says."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Yield a label for every entry."""
        style = AuthorYearReferenceStyle()
        authors = style.person.author_or_editor_or_title(full=False)
        for entry in sorted_entries:
            names = authors.format_data({"entry": entry, "style": style})
            yield f"{names}{style.author_year_sep}{entry.fields['year']}"


class AuthorYear(PlainStyle):  # type: ignore[misc]
    """A bibliography by author and year, with such labels."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the style known under the name of that of citations."""
    register_plugin("pybtex.style.formatting", "author_year", AuthorYear)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""A Sphinx extension: what a chapter found stands first on its page.

It is known last, so that the notebook has it at its end, where it can be run and downloaded.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

#: Class of a cell with the tag `findings`.
_FINDINGS = "tag_findings"


class FindingsFirst(SphinxTransform):
    """Move the section with the findings before the first cell and the first other section."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Move it, before the contents of the page are listed."""
        for chapter in self.document.children:
            found = [part for part in chapter.children if _has_findings(part)]
            for section in found:
                first = next(part for part in chapter.children if _begins(part))
                if section is not first:
                    chapter.remove(section)
                    chapter.insert(chapter.index(first), section)


def _has_findings(part: nodes.Node) -> bool:
    return isinstance(part, nodes.section) and any(
        _FINDINGS in cell["classes"] for cell in part.findall(nodes.container)
    )


def _begins(part: nodes.Node) -> bool:
    """Return whether the text that follows the title ends here."""
    return isinstance(part, nodes.section) or (
        isinstance(part, nodes.container) and "cell" in part["classes"]
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(FindingsFirst)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

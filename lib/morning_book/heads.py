"""A Sphinx extension: the name of a metric at the head of a table leads to what it means.

Links are made here and not in the tables, which JupyterLab shows as well, where there is no page.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from morning.report.headings import HEADINGS
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

#: The page that explains metrics.
PAGE = "reading"
_NAMES = {name: metric for metric, name in HEADINGS.items()}
_HEAD = re.compile(
    rf"(<th\b[^>]*>)\s*(({'|'.join(map(re.escape, _NAMES))})(?:, clean)?(?: [↑↓])?)\s*(</th>)"
)


def anchor(metric: str) -> str:
    """Return the name of a metric's place on the page, as its sections are labelled."""
    return f"metric-{metric.replace('@', '-')}"


def linked(html: str, page: str) -> str:
    """Return HTML in which every head that is the name of a metric leads to its place on a page."""
    return _HEAD.sub(
        lambda found: (
            f'{found[1]}<a class="metric" href="{page}#{anchor(_NAMES[found[3]])}">{found[2]}</a>'
            f"{found[4]}"
        ),
        html,
    )


class LinkHeads(SphinxPostTransform):
    """Link the heads of the tables that cells of notebooks show."""

    default_priority = 900  # after MyST-NB has chosen what is shown of an output
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Replace the text of such outputs."""
        page = self.app.builder.get_relative_uri(self.env.docname, PAGE)
        for raw in list(self.document.findall(nodes.raw)):
            if "html" in raw.get("format", "").split() and "<th" in raw.astext():
                text = linked(raw.astext(), page)
                raw.replace_self(nodes.raw("", text, **raw.attributes))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(LinkHeads)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

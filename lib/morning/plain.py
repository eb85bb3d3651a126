"""Text of the data stays text: what a medium would take for a command is spelled out.

One door per medium. HTML is escaped by `report.tables.style` or built as elements, and figures
have `report.figures.style.literal`.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

#: What is obeyed and not shown: control codes but tabs and ends of lines, changes of the direction
#: of writing, separators of lines, and halves of characters.
_OBEYED = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: What a spreadsheet takes for the beginning of a formula, unless it is a number.
_FORMULA = re.compile(r"[=+\-@\t\n\r＝＋－＠](?!(?<=[+-])[\d.,]+(e[+-]?\d+)?%?$)")
#: What would end the element of a page that holds JSON in ASCII, or begin a comment in it.
ESCAPED_JSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}
_MARKDOWN = {ord(sign): f"&#{ord(sign)};" for sign in string.punctuation}
_LATEX = {ord(sign): f"\\{sign}" for sign in "&%$#_{}"}
_LATEX |= {ord(sign): f"{{{sign}}}" for sign in "[]*"}  # `\\` before one of them would take it
_LATEX |= {
    ord(sign): f"\\text{name}{{}}"
    for sign, name in {"\\": "backslash", "~": "asciitilde", "^": "asciicircum"}.items()
}


def visible(text: object) -> str:
    """Return text for a terminal, a log or a title: control codes are spelled, not obeyed."""
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], str(text))


def on_one_line(text: object) -> str:
    """Return visible text whose ends of lines are spaces."""
    return visible(" ".join(str(text).split()))


def in_markdown(text: object) -> str:
    """Return text that Markdown, MyST and the mathematics of a page leave alone."""
    return on_one_line(text).translate(_MARKDOWN)


def in_latex(text: object) -> str:
    """Return text that LaTeX sets as it is, at the beginning of a row, too."""
    return on_one_line(text).translate(_LATEX)


def in_csv(cell: T) -> T | str:
    """Return a cell with an apostrophe before text that a spreadsheet would execute.

    For files that a person opens: what is read back keeps its cells as they are.
    """
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose names and cells are what `in_csv` makes of them."""
    return table.rename(index=in_csv, columns=in_csv).map(in_csv)

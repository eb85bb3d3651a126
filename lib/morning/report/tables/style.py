"""How tables look: one design; text is escaped for HTML, because names can come from user data."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from morning.plain import harmless

_LEFT = [{"selector": "th, td", "props": "text-align: left; vertical-align: top;"}]
_RIGHT = [
    {"selector": "td, th.col_heading", "props": "text-align: right; vertical-align: top;"},
    {"selector": "th.row_heading", "props": "text-align: left; vertical-align: top;"},
    {"selector": "td", "props": "font-variant-numeric: tabular-nums;"},
]
_BEST = "font-weight: bold;"
#: Classes of what no notebook looks for formulas in; books look for none in any output.
_NO_MATHEMATICS = "tex2jax_ignore mathjax_ignore"


@dataclass(frozen=True, eq=False)
class Shown:
    """A table of a page, with itself as CSV to save, and perhaps all of it a click away."""

    style: Styler
    more: Shown | None = None
    """With more columns."""
    summary: str = ""
    """What is said of it where it is folded."""

    @property
    def data(self) -> pd.DataFrame:
        """What is shown."""
        return self.style.data  # type: ignore[attr-defined, no-any-return]

    def to_html(self) -> str:
        """Return the table, its CSV, and what is folded, as HTML."""
        whole = self.more or self
        parts = [_html(self.style)]
        if self.more:
            parts += ["<details>", f"<summary>{escape(self.summary)}</summary>"]
            parts += [_html(self.more.style), "</details>"]
        return "\n".join([*parts, _download(whole.data)])

    _repr_html_ = to_html


def styled(table: pd.DataFrame, best: pd.DataFrame | None = None) -> Shown:
    """Style a table of numbers that are already text.

    Parameters
    ----------
    table : DataFrame
    best : DataFrame of bool, same shape, optional
        Cells in bold.
    """
    told = "" if best is None else best.to_csv()
    style = _dressed(table, "numbers", _RIGHT, told).format(escape="html")
    if best is not None:
        style = style.apply(lambda _: best.map(lambda each: _BEST if each else ""), axis=None)
    return Shown(style)


def in_words(table: pd.DataFrame) -> Shown:
    """Style a table of words: whole sentences, to the left."""
    return Shown(_dressed(table, "words", _LEFT).format(escape="html", na_rep=""))


def written(table: pd.DataFrame, forms: str | Mapping[Any, str]) -> Shown:
    """Style a table of numbers, each written in the form of its column, or all in one form.

    Parameters
    ----------
    table : DataFrame
    forms : str or mapping of column to str
        Format strings such as "{:.3f}"; what is not there is a dash.
    """
    return Shown(_dressed(table, "numbers", _RIGHT).format(forms, na_rep="–", escape="html"))


def without_empty(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of words without the columns in which there are none."""
    return table.loc[:, (table != "").any()]


def without_heads(table: Shown) -> Shown:
    """Return a table whose columns have no names."""
    return Shown(table.style.hide(axis="columns"))


def without_index(table: Shown) -> Shown:
    """Return a table whose rows have no names."""
    return Shown(table.style.hide(axis="index"))


def _dressed(table: pd.DataFrame, kind: str, rules: list[Any], told: str = "") -> Styler:
    """Return a style with the rules of a kind of table, and names of rows and columns escaped."""
    # Named by what is in it: the same table gives the same page.
    uuid = hashlib.sha256(f"{kind}\n{told}\n{_csv(table)}".encode()).hexdigest()[:8]
    style = Styler(table, uuid=uuid, cell_ids=False)
    style = style.set_table_attributes(f'class="dataframe {kind} {_NO_MATHEMATICS}"')
    style = style.set_table_styles(rules)
    style = style.hide(axis="index", names=True)  # they would take a row of their own
    return style.format_index(escape="html", axis=0).format_index(escape="html", axis=1)


def _html(style: Styler) -> str:
    """Return a table whose heads say whether they are of a column or of a row."""
    html = str(style.to_html())
    for kind, scope in (("col_heading", "col"), ("row_heading", "row")):
        html = html.replace(f'<th class="{kind}', f'<th scope="{scope}" class="{kind}')
    return html


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=not isinstance(table.index, pd.RangeIndex)))


def _download(table: pd.DataFrame) -> str:
    """Return a link that saves a table; the page holds what it saves."""
    named = not isinstance(table.index, pd.RangeIndex)
    data = base64.b64encode(harmless(table).to_csv(index=named).encode()).decode()
    return (
        f'<a class="csv" download="table.csv" href="data:text/csv;base64,{data}" '
        'title="Save this table as CSV">CSV</a>'
    )

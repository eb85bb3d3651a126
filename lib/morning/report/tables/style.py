"""How tables look: text is escaped for HTML, because names can come from user data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler


def styled(table: pd.DataFrame) -> Any:
    """Style a table of numbers that are already text; a line break in a cell is kept."""
    return _headed(table.style.format(escape="html")).set_table_styles(
        [
            {"selector": "th", "props": "text-align: left; vertical-align: top;"},
            {"selector": "td", "props": "text-align: right; white-space: pre;"},
            {"selector": "th, td", "props": "padding: 0.15em 0.5em; font-size: 0.92em;"},
        ]
    )


def in_words(table: pd.DataFrame) -> Any:
    """Style a table of words: whole sentences, to the left."""
    left = {"selector": "th, td", "props": "text-align: left; vertical-align: top;"}
    return _headed(table.style.format(escape="html", na_rep="")).set_table_styles([left])


def written(table: pd.DataFrame, forms: str | Mapping[Any, str]) -> Any:
    """Style a table of numbers, each written in the form of its column, or all in one form.

    Parameters
    ----------
    table : DataFrame
    forms : str or mapping of column to str
        Format strings such as "{:.3f}"; what is not there is a dash.
    """
    return _headed(table.style.format(forms, na_rep="–", escape="html"))


def _headed(style: Styler) -> Styler:
    """Escape the names of rows and columns, too."""
    return style.format_index(escape="html", axis=0).format_index(escape="html", axis=1)

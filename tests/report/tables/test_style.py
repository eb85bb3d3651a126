"""Every style of table escapes what may come from user data."""

import pandas as pd
import pytest
from morning.report.tables.style import in_words, styled, written
from toys.rows import EVIL


@pytest.mark.parametrize("style", [styled, in_words, lambda table: written(table, {})])
def test_text_is_escaped(style):
    html = style(pd.DataFrame({EVIL: [EVIL]}, index=[EVIL])).to_html()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3


def test_what_is_not_there():
    table = pd.DataFrame({"a": [0.5, None], "b": ["x", None]})
    assert in_words(table).to_html().count("nan") == 0
    html = written(table[["a"]], "{:.2f}").to_html()
    assert (">0.50<" in html, ">–<" in html) == (True, True)


def test_forms_of_columns():
    table = pd.DataFrame({"n": [1234.0], "share": [0.5]})
    html = written(table, {"n": "{:,.0f}", "share": "{:.1%}"}).to_html()
    assert (">1,234<" in html, ">50.0%<" in html) == (True, True)

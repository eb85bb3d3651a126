"""Tables escape what may come from user data, can be saved, and do not change by themselves."""

import base64
import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from morning.report.tables.style import in_words, styled, without_index, written
from toys.rows import EVIL

SMALL = pd.DataFrame({"a": ["x, y", "é"], "b": ["0.500 [0.400,\u00a00.612]", "–"]}, ["one", "two"])
WIDER = SMALL.assign(c=["1", "2"])


def saved(table):
    """Return what the only CSV link of a table saves."""
    (data,) = re.findall(r'href="data:text/csv;base64,([^"]+)"', table.to_html())
    return base64.b64decode(data).decode()


@pytest.mark.parametrize("style", [styled, in_words, lambda table: written(table, {})])
def test_text_is_escaped(style):
    html = style(pd.DataFrame({EVIL: [EVIL]}, index=[EVIL])).to_html()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3
    assert re.search('<table[^>]*class="[^"]*mathjax_ignore', html)


def test_what_is_not_there():
    table = pd.DataFrame({"a": [0.5, None], "b": ["x", None]})
    assert in_words(table).to_html().count("nan") == 0
    html = written(table[["a"]], "{:.2f}").to_html()
    assert (">0.50<" in html, ">–<" in html) == (True, True)


def test_forms_of_columns():
    table = pd.DataFrame({"n": [1234.0], "share": [0.5]})
    html = written(table, {"n": "{:,.0f}", "share": "{:.1%}"}).to_html()
    assert (">1,234<" in html, ">50.0%<" in html) == (True, True)


def test_the_link_saves_the_table():
    read = pd.read_csv(io.StringIO(saved(styled(SMALL))), index_col=0)
    pd.testing.assert_frame_equal(read, SMALL, check_dtype=False)
    assert saved(without_index(in_words(pd.DataFrame({"a": ["x"]})))) == "a\nx\n"


def test_the_saved_table_has_no_formula():
    table = pd.DataFrame({"=a": ["@b", "-0.5"]}, index=["+c", "d"])
    assert saved(styled(table)) == ",'=a\n'+c,'@b\nd,-0.5\n"


def test_what_is_folded_is_what_is_saved():
    table = replace(styled(SMALL), more=styled(WIDER), summary="<all>")
    html = table.to_html()
    assert "<summary>&lt;all&gt;</summary>" in html
    assert (html.count("<table"), html.index("<table") < html.index("<details>")) == (2, True)
    assert saved(table) == saved(styled(WIDER))
    assert "<details>" not in styled(SMALL).to_html()


@pytest.mark.parametrize("style", [styled, in_words, lambda table: written(table, {})])
def test_the_same_table_is_the_same_page(style):
    assert style(SMALL).to_html() == style(SMALL.copy()).to_html()
    assert style(SMALL).style.uuid != style(WIDER).style.uuid


def test_the_best_is_bold():
    best = SMALL.eq("–")
    assert styled(SMALL, best).to_html().count("font-weight: bold") == 1
    assert "_row1_col1 {" in styled(SMALL, best).to_html()
    assert "font-weight" not in styled(SMALL).to_html()


def test_heads_say_what_they_head():
    html = styled(pd.DataFrame({"a": ["1"], "b": ["2"]}, index=["x"])).to_html()
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1

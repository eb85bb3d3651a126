"""Text of the data in every medium, and that nothing goes past the one door of each."""

import ast
import csv
import io
import re
from functools import cache
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from morning.plain import harmless, in_csv, in_latex, in_markdown, on_one_line, visible
from toys.attacks import COLUMN, EVERY

LIB = Path(__file__).resolve().parents[1] / "lib"
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: What books and notebooks read Markdown with.
MARKDOWN = MarkdownIt("commonmark")


def test_a_terminal_shows_what_it_would_obey():
    assert visible("\x1b[2J\x9b31m\x07\0") == r"\x1b[2J\x9b31m\x07\x00"
    assert visible("\u202egnp.exe \ud800") == r"\u202egnp.exe \ud800"
    assert visible("two\nlines\tand 👩‍👩‍👧 नमस्ते é") == "two\nlines\tand 👩‍👩‍👧 नमस्ते é"
    assert on_one_line("a\nerror: b\r\x1b[A\u2028c") == r"a error: b \x1b[A c"


@given(st.text() | st.sampled_from([*EVERY, COLUMN]))
def test_nothing_is_obeyed(text):
    for door in (visible, on_one_line, in_markdown, in_latex, in_csv):
        shown = door(text)
        assert not OBEYED.search(shown)
        shown.encode()


@given(st.text() | st.sampled_from([*EVERY, COLUMN]))
def test_markdown_is_text(text):
    shown = on_one_line(text)
    for before, after in (("- ", ""), ("*", "* x"), ("Of **a** in (", ")")):
        html = MARKDOWN.render(f"{before}x{in_markdown(text)}{after}")
        plain = MARKDOWN.render(f"{before}x{'y' if shown else ''}{after}")
        tags = re.compile("<[^>]*>")
        assert tags.findall(html) == tags.findall(plain)
        assert unescape(tags.sub("", html)).count(shown) >= 1
    assert not set(in_markdown(text)) & set("$\\`{}<>[]")
    html = MARKDOWN.render(in_markdown(text))
    assert html == "" if not shown else html.startswith("<p>")


def test_latex_is_text():
    assert in_latex(r"\input{x} $a_b^c$ 50% & #1 ~") == (
        r"\textbackslash{}input\{x\} \$a\_b\textasciicircum{}c\$ 50\% \& \#1 \textasciitilde{}"
    )
    assert in_latex("[2cm] *\n\nx") == "{[}2cm{]} {*} x"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\n=1", "＝1", "+", "-"]
)
def test_no_cell_is_a_formula(cell):
    assert in_csv(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-0.5", "+0.012", "-1e-05", "+1,234.5", "-3%", "a=b", "", -1, None]
)
def test_numbers_and_words_stay(cell):
    assert in_csv(cell) is cell or in_csv(cell) == cell


def test_names_of_rows_and_columns_are_cells_too():
    table = pd.DataFrame({"=a": ["=b", "c"], "n": [-1.5, 2]}, index=["@d", "e"])
    assert list(csv.reader(io.StringIO(harmless(table).to_csv()))) == [
        ["", "'=a", "n"], ["'@d", "'=b", "-1.5"], ["e", "c", "2.0"],
    ]  # fmt: skip


@cache
def calls():
    """Return every call in the library: its file, what is called, and its source."""
    return [
        (path.relative_to(LIB).as_posix(), ast.unparse(node.func), ast.unparse(node))
        for path in sorted(LIB.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def uses(name):
    """Return where something is called, by the end of its name, and the sources of the calls."""
    return [(file, call) for file, called, call in calls() if f".{called}".endswith(f".{name}")]


#: What shows or opens something -> where alone it is called. Elsewhere use what is there.
DOORS = {
    "typer.echo": {"morning/cli.py"},
    "Image.open": {"morning/features/visual/pictures.py"},
    "Styler": {"morning/report/tables/style.py"},
    "HTML": {"morning/report/cards.py", "morning/report/content.py"},
    "to_html": {"morning/report/tables/style.py", "morning_book/diff.py"},
    "to_latex": set(),
    "to_markdown": set(),
}


@pytest.mark.parametrize(("name", "files"), DOORS.items(), ids=DOORS)
def test_each_medium_has_one_door(name, files):
    assert {file for file, _ in uses(name)} == files


#: CSV that is read back by the book itself, or only hashed, and so keeps its cells.
READ_BACK = {
    "morning/importing/build.py",
    "morning/sources/sample.py",
    "morning/models/fingerprint.py",
    "morning/report/tables/style.py",
}


def test_what_is_said_is_visible():
    said = [call for _, call in uses("typer.echo")]
    assert sorted(said) == [
        "typer.echo(page_of(recommender, {name: asked}, hide=not ids))",  # JSON in ASCII
        "typer.echo(visible(text), err=err)",
    ]


def test_csv_for_people_is_harmless():
    assert {file for file, call in uses("to_csv") if "harmless(" not in call} == READ_BACK

"""Counts as people and programs write them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import Report
from morning.reading import counts


def read(*cells, dtype="str"):
    report = Report()
    return counts(pd.Series(list(cells), name="likes", dtype=dtype), "posts.csv", report), report


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1,234", 1234),
        ("12,345,678", 12345678),
        ("1.234.567", 1234567),
        (" 7 ", 7),
        ("12.0", 12),
        ("12.00", 12),
        ("+5", 5),
        ("٣٤٥", 345),
        ("１２", 12),
    ],
)
def test_numbers(text, number):
    values, report = read(text)
    assert values.tolist() == [number]
    assert report == Report()


@pytest.mark.parametrize(
    ("text", "number"),
    [("12.3K", 12300), ("12,3k", 12300), ("1.2M", 1_200_000), ("40 k", 40_000), ("2B", 2 * 10**9)],
)
def test_short_numbers_are_read_with_a_warning(text, number):
    values, report = read(text)
    assert values.tolist() == [number]
    assert "thousands (K)" in report.warnings[0].rule


@pytest.mark.parametrize("cell", ["-1", -1, -1.0])
def test_minus_one_is_hidden(cell):
    values, report = read(cell, 5, dtype=object)
    assert values.isna().tolist() == [True, False]
    assert "hidden" in report.warnings[0].rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12.000", "12000 or 12"),
        ("1.234", "12000 or 12"),
        ("1 234", "without spaces"),
        ("1\u202f234", "without spaces"),
        ("1'234", "without spaces or apostrophes"),
        ("1.2E+05", "spreadsheet"),
        ("1.5", "fraction"),
        ("1,23", "fraction"),
        ("-3", "negative"),
        ("twelve", "whole number"),
        ("inf", "whole number"),
        ("1e3", "spreadsheet"),
        ("9" * 30, "whole number"),
        ("١ ٢", "whole number"),
    ],
)
def test_others_are_refused_in_words(text, said):
    values, report = read("1", text)
    assert values.isna().tolist() == [False, True]
    assert said in report.errors[0].rule
    assert report.errors[0].row == 1


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [([120.0, None], "float64"), ([120, None], "Int64"), ([120, "NULL"], object), ([120], "int8")],
)
def test_typed_cells_go_the_same_way(cells, dtype):
    values, report = read(*cells, dtype=dtype)
    assert values.tolist()[0] == 120
    assert values.iloc[1:].isna().all()
    assert report.ok


def test_typed_fractions_are_refused():
    _, report = read(120.5, 3.0, dtype="float64")
    assert [(p.row, p.value) for p in report.errors] == [(0, "120.5")]


@given(st.integers(0, 10**15 - 1))
def test_every_whole_number_is_read(number):
    values, report = read(str(number), f"{number:,}", number, dtype=object)
    assert values.tolist() == [number] * 3
    assert report == Report()


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.lists(st.none()))
def test_nothing_raises_and_what_is_lost_is_said(cell):
    values, report = read(cell, dtype=object)
    assert str(values.dtype) == "Int64"
    if values.isna().all() and pd.api.types.is_scalar(cell) and str(cell).strip():
        assert report.errors or report.warnings or pd.isna(cell)

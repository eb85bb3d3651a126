"""Identifiers that must survive spreadsheets digit by digit."""

import pandas as pd
import pytest
from morning.errors import Report
from morning.reading import identifiers


def read(*cells, dtype="str"):
    report = Report()
    values = identifiers(pd.Series(list(cells), name="account_id", dtype=dtype), "a.csv", report)
    return values, report


@pytest.mark.parametrize("text", ["007", "17841400000000001", "acme.0", "null", "NA", "日本"])
def test_text_is_kept(text):
    values, report = read(text, "b")
    assert values[0] == text
    assert report == Report()


def test_whole_numbers_keep_their_digits():
    values, report = read(17841400000000001, None, dtype="Int64")
    assert values[0] == "17841400000000001"
    assert pd.isna(values[1])
    assert report.ok


def test_two_forms_of_an_accent_are_one():
    values, _ = read("the\u0301", "th\u00e9")
    assert values[0] == values[1]


@pytest.mark.parametrize(
    ("cells", "dtype", "said"),
    [
        ([17841400000000001.0, None], "float64", "floating-point"),
        ([12.0, "a"], object, "floating-point"),
        (["1.78414E+16"], "str", "rounded"),
        (["12.0", "13.0", None], "str", "floating-point"),
        (["i1\u200b"], "str", "invisible"),
        (["i\u00a01"], "str", "invisible"),
    ],
)
def test_lost_digits_and_unseen_characters_are_refused(cells, dtype, said):
    _, report = read(*cells, dtype=dtype)
    (problem,) = report.errors
    assert said in problem.rule


def test_an_invisible_character_is_spelled():
    _, report = read("i1\u200b")
    assert "\\u200b" in str(report.errors[0])


def test_space_around_it_goes_with_a_warning():
    values, report = read(" a ", "nan")
    assert values[0] == "a"
    assert pd.isna(values[1])
    assert len(report.warnings) == 2

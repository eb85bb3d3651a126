"""Captions, categories, words of a list and paths of pictures."""

import pandas as pd
import pytest
from morning.errors import Report
from morning.reading import names, pictures, texts, words


def read(reader, *cells, dtype="str", **options):
    report = Report()
    values = reader(pd.Series(list(cells), name="c", dtype=dtype), "t.csv", report, **options)
    return [None if pd.isna(value) else value for value in values], report


@pytest.mark.parametrize("word", ["nan", "NULL", "None", "NA", "N/A"])
def test_words_for_nothing_are_missing(word):
    values, report = read(texts, "hello", word, "")
    assert values == ["hello", None, None]
    assert [(p.row, "missing" in p.rule) for p in report.warnings] == [(1, True)]


def test_text_is_kept_as_it_is():
    assert read(texts, " two\nlines ", "0012")[0] == [" two\nlines ", "0012"]
    assert read(texts, 12.0, True, "x", dtype=object)[0] == ["12", "True", "x"]


def test_lists_are_no_text():
    values, report = read(texts, ["a"], "b", dtype=object)
    assert values == [None, "b"]
    assert "single values" in report.errors[0].rule


def test_words_of_a_list_have_any_case():
    values, report = read(
        words, " Brand", "AUDIENCE", "Influenza", None, known=["brand", "audience"]
    )
    assert values == ["brand", "audience", "Influenza", None]
    assert report == Report()


def test_spellings_of_a_name_become_the_most_frequent_one():
    values, report = read(names, "Food ", "food", "food", "Tea  shop", "FOOD", "Tea shop")
    assert values == ["food", "food", "food", "Tea shop", "food", "Tea shop"]
    assert [row for row, _ in report.warnings[0].places()] == [0, 3, 4]


def test_paths_of_windows_and_web_addresses():
    values, report = read(pictures, r"pictures\a.jpg", "https://cdn.example/a.jpg", "b.png", "")
    assert values == ["pictures/a.jpg", None, "b.png", None]
    assert "web address" in report.warnings[0].rule

"""Licences: of every package that is needed, and none unknown."""

import re
from email.message import Message

import pytest
from morning_book import ROOT
from morning_book.licences import LOOKED_AT, UNKNOWN, Package, licence, licence_parts, packages


def metadata(*fields):
    message = Message()
    for name, value in fields:
        message[name] = value
    return message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("License-Expression", "mit or apache-2.0")], "MIT OR Apache-2.0"),
        ([("License", "BSD-3-Clause")], "BSD-3-Clause"),
        (
            [
                ("License", "BSD 3-Clause License\n\nRedistribution and use ..."),
                ("Classifier", "License :: OSI Approved :: BSD License"),
            ],
            "BSD",
        ),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        (
            [
                ("Classifier", "License :: OSI Approved :: MIT License"),
                ("Classifier", "License :: OSI Approved :: BSD License"),
            ],
            UNKNOWN,
        ),
        ([("License", "UNKNOWN"), ("Classifier", "License :: Free For Home Use")], UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_metadata_name_it_in_three_places(fields, expected):
    assert licence("a-package", metadata(*fields)) == expected


def test_what_was_looked_at_counts_more():
    fields = metadata(("License", "MIT"))
    assert licence("docutils", fields) == LOOKED_AT["docutils"] != licence("other", fields)


def test_no_licence_is_unknown():
    assert [each for each in packages("node2vec", "dev") if each.licence == UNKNOWN] == []


def test_all_that_is_needed_is_there_directly_or_not():
    run, all_of_them = packages("node2vec"), packages("node2vec", "dev")
    names = {each.name for each in run}
    assert {"torch", "gensim", "node2vec", "smart-open"} <= names  # the last one for gensim
    assert not {"morning", "pytest", "appnope"} & names  # nor what another system needs
    assert {"pytest", "iniconfig"} <= {each.name for each in all_of_them}
    assert set(run) < set(all_of_them)
    assert all(each.version for each in all_of_them)


def test_an_extra_of_a_package_counts(monkeypatch):
    """`pooch[progress]` would need what its extra asks for."""
    known = {
        "morning": [("Requires-Dist", "a[b]")],
        "a": [("Requires-Dist", 'c; extra == "b"'), ("Requires-Dist", 'd; extra == "e"')],
        "c": [("Requires-Dist", "a")],  # a circle
        "d": [],
    }

    class Installed:
        def __init__(self, name):
            self.metadata = metadata(("Version", "1"), ("License", "MIT"), *known[name])

    monkeypatch.setattr("morning_book.licences.distribution", Installed)
    assert packages() == [Package("a", "1", "MIT"), Package("c", "1", "MIT")]


def test_the_page_has_a_place_for_every_part_and_names_what_asks_for_more():
    page, parts = (ROOT / "book" / "licences.md").read_text(encoding="utf-8"), licence_parts()
    assert set(re.findall(r"<!-- (.+?) -->", page)) == set(parts)
    assert "gensim (LGPL-2.1-only)" in parts["copyleft"]
    assert "MIT" not in re.findall(r"\(([^()]*)\)", parts["copyleft"])
    assert "| torch |" in parts["packages to run it"]
    assert "| torch |" not in parts["packages to develop it"]

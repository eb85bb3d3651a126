"""Handles in the one form in which they are compared."""

import pytest
from morning.reading.handles import handle, handles, is_advertisement, mentions


@pytest.mark.parametrize(
    "name", ["acme", "@Acme", " ACME ", "https://www.instagram.com/acme/", "ａｃｍｅ"]
)
def test_one_form(name):
    assert handle(name) == "acme"


def test_fields_of_every_kind():
    assert handles(["@A", {"username": "b"}, None]) == ["a", "b"]
    assert handles("a, @b c") == ["a", "b", "c"]
    assert handles(None) == []


def test_mentions_are_no_addresses_and_end_before_the_full_stop():
    assert mentions("by @anna.b. and (@Ben), not me@cosy.com") == ["anna.b", "ben"]


@pytest.mark.parametrize(
    ("caption", "right"),
    [("so good #ad", True), ("#Anzeige!", True), ("#sponsored", True), ("#adventure", False)],
)
def test_advertisements(caption, right):
    assert is_advertisement(caption) is right

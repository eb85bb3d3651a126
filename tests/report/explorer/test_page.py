"""The explorer's page: one document, in which the data are text and the scores what they were."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.report.explorer import page as module
from morning.report.explorer.page import page
from toys.boards import board

VENDOR = Path(module.__file__).parent / "vendor"
HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    '=HYPERLINK("http://example.com")',
    "\u202eright to left\u2028\u2029",
    "$board ${title} &amp;",
]


class Document(HTMLParser):
    """The elements of a page with their attributes, and the text of each."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.policy = [], [], ""
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.elements.append((tag, given))
        self.texts.append("")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

        self.inside = True

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data

    def all(self, tag):
        return [
            (given, text)
            for (name, given), text in zip(self.elements, self.texts, strict=True)
            if name == tag
        ]

    def data(self, name):
        (text,) = (text for given, text in self.all("script") if given.get("id") == name)
        return json.loads(text)


def decoded(document, part, count):
    """Return the scores of one part as the page reads them."""
    scales = np.array(document.data("board")["scales"][part])
    rows = [
        np.frombuffer(base64.b64decode(row), "<i2", count) for row in document.data("scores")[part]
    ]
    return scales[:, None] * np.array(rows)


def test_scores_come_back_within_the_error_that_is_said():
    made = board((3, 400))
    document = Document(page(made, "T"))
    for place, (name, scores) in enumerate(made.parts.items()):
        assert document.data("board")["parts"][place]["key"] == name
        error = np.abs(decoded(document, place, 400) - scores).max(axis=1)
        assert (error <= np.abs(scores).max(axis=1) / 65_534 * (1 + 1e-9)).all()


def test_ranks_are_those_of_the_scores_but_for_near_ties():
    made = board((3, 2000))
    document = Document(page(made, "T"))
    score = sum(made.parts.values())
    read = sum(decoded(document, place, 2000) for place in range(4))
    error = sum(np.abs(part).max(axis=1) / 65_534 for part in made.parts.values())
    for brand in range(3):
        falls = np.diff(score[brand, np.argsort(-read[brand], kind="stable")])
        assert falls.max() <= 2 * error[brand]


def test_nothing_stays_nothing_and_equals_stay_equal():
    parts = {"f": np.zeros((1, 3)), "popularity": np.array([[-0.3, 0.7, -0.3]])}
    made = board((1, 3), parts=parts, partners=[[]], reasons={})
    document = Document(page(made, "T"))
    assert (decoded(document, 0, 3) == 0).all()
    first, _, last = decoded(document, 1, 3)[0]
    assert first == last


@settings(max_examples=60)
@given(name=st.text() | st.sampled_from(HOSTILE))
def test_what_people_are_called_is_text(name):
    table = pd.DataFrame({"influencer": [name, "b"], name + "x": [name, None]})
    made = board(
        (1, 2),
        brands=[name],
        categories=[name],
        influencers=table,
        partners=[[0]],
        reasons={(0, 1): ([name], [])},
        notes=[[name]],
        about=name,
    )
    document = Document(page(made, "T"))
    plain = Document(page(board((1, 2), partners=[[0]], reasons={}), "T"))
    assert [tag for tag, _ in document.elements] == [tag for tag, _ in plain.elements]
    read = document.data("board")
    assert read["brands"] == read["categories"] == read["notes"][0] == [name]
    assert read["influencers"] == [name, "b"]
    assert read["columns"][0]["values"] == [name, None]
    assert read["reasons"] == {"0": {"1": [[name], []]}}
    assert read["about"] == name


@pytest.mark.parametrize("title", HOSTILE)
def test_the_title_is_text(title):
    document = Document(page(board((1, 9), reasons={}), title))
    assert document.all("h1")[0][1] == title
    assert not document.all("img")


def test_columns_are_numbers_flags_or_text_and_say_what_is_not_known():
    table = pd.DataFrame(
        {
            "influencer": ["a", "b", "c"],
            "number": [1.5, np.nan, np.inf],
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "flag": [True, None, False],
            "sure": [True, True, False],
            "kind": pd.Categorical(["x", None, "y"]),
            "nothing": [np.nan] * 3,
            "further_words": ["x", None, 7],
        }
    )
    made = board((1, 3), influencers=table, partners=[[]], reasons={})
    columns = Document(page(made, "T")).data("board")["columns"]
    assert [(each["name"], each["kind"], each["values"]) for each in columns] == [
        ("number", "number", [1.5, None, None]),
        ("whole", "number", [1, None, 3]),
        ("flag", "flag", [True, None, False]),
        ("sure", "flag", [True, True, False]),
        ("kind", "text", ["x", None, "y"]),
        ("nothing", "number", [None] * 3),
        ("further words", "text", ["x", None, "7"]),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"brands": [], "categories": []}, "a brand and an influencer"),
        ({"categories": ["food"]}, "categories"),
        ({"notes": []}, "notes"),
        ({"worth": [[]] * 3}, "worth"),
        ({"partners": [[0], [9]]}, "influencers that are not among its 9"),
        ({"reasons": {(2, 0): ([], [])}}, "brands that are not among its 2"),
        ({"influencers": pd.DataFrame({"name": range(9)})}, "'influencer'"),
        ({"parts": {}}, "one at least"),
        ({"parts": {"F": np.zeros((2, 9))}}, "f, g, h, popularity"),
        ({"parts": {"f": np.zeros((9, 2))}}, "shape"),
        ({"parts": {"f": np.full((2, 9), np.nan)}}, "not finite"),
    ],
)
def test_a_board_that_is_wrong_says_what(changes, said):
    with pytest.raises(MorningError, match=said):
        board((2, 9), **changes)


def test_what_is_too_much_for_a_page_says_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_SCORES", 50)
    with pytest.raises(MorningError, match="leave brands out"):
        board((2, 9))
    monkeypatch.setattr(module, "MOST_SCORES", 500)
    monkeypatch.setattr(module, "MOST_VALUES", 50)
    with pytest.raises(MorningError, match="leave columns out"):
        board((2, 9))


def test_the_policy_allows_the_pages_own_scripts_and_style_and_nothing_else():
    document = Document(page(board((1, 9), reasons={}), "T"))
    rules = dict(rule.split(" ", 1) for rule in document.policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert "unsafe" not in document.policy
    for rule, tag in (("script-src", "script"), ("style-src", "style")):
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for given, text in document.all(tag)
            if "type" not in given
        ]
        assert rules[rule].split() == hashes
    loading = {"src", "href", "style"} | {
        name for _, given in document.elements for name in given if name.startswith("on")
    }
    assert not any(loading & set(given) for _, given in document.elements)


class TestVendor:
    """What is taken from others is what the lock pins, as far as can be said without a network."""

    def test_files_are_those_that_one_bundling_wrote(self):
        lines = (VENDOR / "sha256").read_text().splitlines()
        recorded = {name: digest for digest, name in (line.split() for line in lines)}
        assert set(recorded) == {
            "entry.mjs",
            "package.json",
            "package-lock.json",
            "LICENSE",
            "bundle.js",
        }
        for name, digest in recorded.items():
            found = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
            assert found == digest, f"{name} has changed: `make vendor`"

    def test_every_version_is_pinned(self):
        wanted = json.loads((VENDOR / "package.json").read_text())
        locked = json.loads((VENDOR / "package-lock.json").read_text())["packages"]
        for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
            assert locked[f"node_modules/{name}"]["version"] == version
            assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")

    def test_no_registry_is_named(self):
        assert '"resolved"' not in (VENDOR / "package-lock.json").read_text()

    def test_the_licences_of_both_are_there(self):
        text = (VENDOR / "LICENSE").read_text()
        assert len(re.findall("The MIT License|MIT License", text)) == 2
        assert "Tanner Linsley" in text
        assert "Matthew Holt" in text

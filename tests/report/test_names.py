"""People's handles stay off pages."""

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.report.names import Names
from morning.sources import Source

ACCOUNTS = pd.DataFrame(
    {
        "account_id": ["acme", "anna.bakes", "Ben Miller", "cleo-paris"],
        "role": ["brand", "influencer", "influencer", "influencer"],
        "category": ["food", None, None, None],
        "split": ["test", None, None, None],
    }
)
PAIRS = pd.DataFrame({"brand_id": ["acme"], "influencer_id": ["anna.bakes"]})
DATA = Dataset(ACCOUNTS, PAIRS).validate()


@pytest.fixture
def names():
    return Names.of(Source("folder", DATA), DATA)


def test_influencers_have_pseudonyms_and_brands_have_names(names):
    assert names.shown == {
        "acme": "acme",
        "anna.bakes": "influencer-0001",
        "Ben Miller": "influencer-0002",
        "cleo-paris": "influencer-0003",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cake with @Acme!", "cake with @acme!"),
        ("cake with @anna.bakes.", "cake with @influencer-0001."),
        ("with ＠anna.bakes and @Cleo-Paris", "with @influencer-0001 and @influencer-0003"),
        ("thanks @some_body and @other-one", "thanks @… and @…"),
        ("mail me: anna.bakes@mail.com", "mail me: @…"),
        ("see https://instagram.com/anna.bakes or www.x.y", "see … or …"),
        ("instagram.com/anna.bakes, linktr.ee/some.body", "… …"),
        ("anna.bakes.Thanks", "influencer-0001.Thanks"),
        ("anna.bakes...cleo-paris", "influencer-0001...influencer-0003"),
        ("with-cleo-paris", "with-influencer-0003"),
        ("#ANNA.BAKES ♥", "#influencer-0001 ♥"),
        ("I am BEN MILLER, a baker", "I am influencer-0002, a baker"),
        ("acme cake at 12:30, $5 @ home", "acme cake at 12:30, $5 @ home"),
        ("", ""),
    ],
)
def test_texts_name_nobody(names, text, shown):
    assert names.text(text, "Ben Miller") == shown


@pytest.mark.parametrize("kind", ["planted", "released"])
def test_what_has_pseudonyms_already_is_left_alone(kind):
    names = Names.of(Source("x", DATA, **{kind: True}), DATA)
    assert names.shown["anna.bakes"] == "anna.bakes"
    assert names.text("with @jo.harper", "acme") == "with @jo.harper"


@pytest.mark.parametrize(
    ("word", "person"),
    [("annabakes", True), ("anna.bakes", True), ("cleoparis", True), ("cake", False)],
)
def test_words_that_are_ids(names, word, person):
    assert names.person(word) == person


def test_generated_names_are_words_like_others():
    assert not Names.of(Source("x", DATA, planted=True), DATA).person("annabakes")

"""Captions as people write them."""

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.features.text import _MAYBE_EMOJI, MARKETING, STOP_WORDS, lemma, split_hashtag, words


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("#StreetStyle", ["street", "style"]),
        ("boots #NYCFashion2024", ["boot", "nyc", "fashion"]),
        ("@brand.name_x makes dresses", ["dress"]),
        ("see https://t.co/Cakes1 or www.cakes.net/pie for pies", ["pie"]),
        ("bakery.com/bread?x=1 bread", ["bread"]),
        ("write to cakes@bakery.example.org about bread", ["write", "bread"]),
        ("pizza 🍕🔥 oven", ["pizza", "oven"]),
        ("1234 cakes 5", ["cake"]),
        ("the and of it", []),
        ("link in bio! giveaway, thanks", []),
        ("women's shoes", ["woman", "shoe"]),
        ("𝓯𝓪𝓼𝓱𝓲𝓸𝓷", ["fashion"]),
        ("ox ax", []),
        ("end.Next bread", ["end", "bread"]),
        ("", []),
        ("@ # #! @@", []),
        ("bread " + "a-" * 500_000 + " oven", ["bread", "oven"]),
    ],
)
def test_words(caption, expected):
    assert words(caption) == expected


def test_emoji_can_be_words():
    assert words("I eat 🍕", emoji_words=True) == ["eat", "pizza"]


_EMOJI = st.lists(st.sampled_from([*emoji.EMOJI_DATA, *"ab 1#*é\u200d\ufe0e\ufe0f"]), max_size=12)


@given(_EMOJI.map("".join))
def test_emoji_lie_where_they_are_looked_for(text):
    found = _MAYBE_EMOJI.sub(lambda stretch: emoji.replace_emoji(stretch.group(), " "), text)
    assert found == emoji.replace_emoji(text, " ")


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("StreetStyle", ["Street", "Style"]),
        ("streetstyle", ["streetstyle"]),
        ("OOTD", ["OOTD"]),
        ("NYCStreetStyle2024_ootd", ["NYC", "Street", "Style", "ootd"]),
        ("ÉtéÀParis", ["Été", "À", "Paris"]),
        ("Straße", ["Straße"]),
        ("2024", []),
    ],
)
def test_split_hashtag(tag, parts):
    assert split_hashtag(tag) == parts


def test_a_word_is_looked_up_once():
    lemma.cache_clear()
    words("cakes cakes cakes")
    assert lemma.cache_info().misses == 1
    assert lemma.cache_info().hits == 2


def test_marketing_words_are_dropped_in_every_form():
    assert [word for word in MARKETING if words(word)] == []
    assert words("discounts followers photos") == []


def test_function_words_are_those_of_gensim_and_scikit_learn():
    from gensim.parsing.preprocessing import STOPWORDS
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    assert STOP_WORDS == STOPWORDS | ENGLISH_STOP_WORDS | MARKETING

"""Captions as people write them."""

import os
import re
import subprocess
import sys
import unicodedata

import emoji
import pandas as pd
import pytest
import simplemma
from hypothesis import given
from hypothesis import strategies as st
from morning.features import text
from morning.features.languages import MARKETING, NAMES, lemmas, stop_words
from morning.features.text import languages_of, split_hashtag, words
from morning.sources.demo.build import tables
from morning.sources.demo.world import DemoOptions, plan
from morning.sources.sample import write_sample


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
def test_emoji_lie_where_they_are_looked_for(stretch):
    found = text._MAYBE_EMOJI.sub(text._blank, stretch)
    assert found == emoji.replace_emoji(stretch, " ")
    found = text._MAYBE_EMOJI.sub(text._named, stretch)
    assert found == emoji.demojize(stretch, (" ", " "))


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
    lemmas.cache_clear()
    words("cakes cakes cakes")
    assert lemmas.cache_info().misses == 1
    assert lemmas.cache_info().hits == 2


def test_marketing_words_are_dropped_in_every_form():
    assert [word for word in MARKETING if words(word)] == []
    assert words("discounts followers photos") == []


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Neue Schuhe für den Herbst 👟 #HerbstMode", ["schuh", "herbst", "herbst", "mode"]),
        ("Ma nouvelle robe pour l'hiver ❄️ #mode", ["robe", "hiver", "mode"]),
        ("Receta de hoy: tortilla de patatas 🍳", ["receta", "tortilla", "patata"]),
        ("Receita de hoje: bolo de cenoura 🥕", ["receita", "bolo", "cenoura"]),
        ("Ricetta di oggi: torta di mele 🍎", ["ricetta", "torto", "mela"]),
        ("Zondagsontbijt met mijn vriendinnen 🥐", ["zondagsontbijt", "vriendin"]),
        ("Yaz için yeni elbiseler ☀️ #moda", ["yaz", "yeni", "elbise", "moda"]),
        ("Рецепт дня: яблочный пирог 🍎", ["рецепт", "яблочный", "пирог"]),
        ("犬と森を散歩🐕 #kyoto", ["犬", "森", "散歩", "kyoto"]),
        ("今天的食谱：苹果蛋糕🍎", ["今天", "食谱", "苹果", "蛋糕"]),
        ("สูตรวันนี้ เค้กแอปเปิ้ล 🍎 #แฟชั่น", ["สูตร", "เค้ก", "แอป", "เปิ้ล", "แฟชั่น"]),
        ("وصفة اليوم: كعكة التفاح 🍎", ["وصفة", "كعك", "تفاح"]),
        ("दोस्तों के साथ रविवार का नाश्ता 🥐", ["दोस्त", "रविवार", "नाश्ता"]),
        ("해변의 노을 🌅 #패션", ["해변의", "노을", "패션"]),
        ("မင်္ဂလာပါ 🥐 #breakfast", ["breakfast"]),
    ],
)
def test_words_of_other_languages(caption, expected):
    assert words(caption) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        (
            "We ate ramen in the rain 🍜 #拉麺 #ラーメン",
            ["eat", "ramen", "rain", "拉麺", "ラーメン"],
        ),
        ("Новые кроссовки 👟 #NewShoes #fitness", ["кроссовка", "shoe", "fitness"]),
        ("Training erledigt 💪 #motivation", ["train", "erledigt", "motivation"]),  # uncertain
    ],
)
def test_mixed_captions(caption, expected):
    assert words(caption) == expected


def test_the_language_may_be_said():
    assert words("#kleider", language="de") == ["kleid"]
    assert words("#kleider") == ["kleider"]


def test_an_uncertain_caption_is_in_the_language_of_its_author():
    captions = ["Schönen Abend euch allen 💛", "#kleider", "#kleider", "犬と森を散歩🐕", "京都 🥐"]
    authors = ["anna", "anna", "bea", "chie", "chie"]
    assert languages_of(captions, authors) == ["de", "de", "en", "ja", "ja"]


def english(caption):
    """Return the words of a caption by the rules for English alone."""
    cleaned = unicodedata.normalize("NFKC", caption)
    cleaned = text._DROPPED.sub(" ", text._ENDLESS.sub(" ", cleaned))
    cleaned = emoji.replace_emoji(cleaned, " ")
    cleaned = re.sub(r"[#＃](\w+)", lambda tag: f" {' '.join(split_hashtag(tag[1]))} ", cleaned)
    found = []
    for run in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", cleaned):
        word = re.split(r"['’]", run.lower(), maxsplit=1)[0]
        if len(word) >= 3 and word not in stop_words():
            base = simplemma.lemmatize(word, lang="en").lower()
            found += [base] if len(base) >= 3 and base not in stop_words() else []
    return found


def test_english_is_as_it_was_in_every_caption_of_the_demo_world():
    options = DemoOptions()
    posts = tables(plan(options), options)[0].posts
    captions = posts["caption"].fillna("").tolist()
    assert [words(caption) for caption in captions] == [*map(english, captions)]
    assert set(languages_of(captions, posts["account_id"].tolist())) == {"en"}


def test_english_is_as_it_was_in_every_caption_of_the_sample(tmp_path):
    write_sample(tmp_path / "sample")
    posts = pd.read_csv(tmp_path / "sample" / "posts.csv")
    captions = posts["caption"].fillna("").tolist()
    assert [words(caption) for caption in captions] == [*map(english, captions)]
    assert set(languages_of(captions, posts["account_id"].tolist())) == {"en"}


ANY = st.text() | st.text("#aéIİßжक्षあ漢한ไทยم'’_ 🍕0", max_size=40)


@given(ANY, st.booleans(), st.sampled_from([None, *NAMES]))
def test_any_caption_has_words_that_are_no_stop_words(caption, emoji_words, language):
    found = words(caption, emoji_words, language)
    assert found == words(caption, emoji_words, language)
    assert all(found)
    assert not MARKETING.intersection(found)
    assert not stop_words(language or "en").intersection(found)


def test_the_same_words_in_another_process():
    captions = ["Neue Schuhe für den Herbst", "犬と森を散歩🐕", "Ciao Roma 🇮🇹 pasta and vino"]
    code = f"from morning.features.text import words; print([words(c) for c in {captions!r}])"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == repr([words(caption) for caption in captions])

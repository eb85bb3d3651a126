"""Which language a text is in, and what are its words."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.features import languages
from morning.features.languages import (
    MARKETING,
    NAMES,
    is_unreadable,
    language_of,
    lemma,
    lemmas,
    sounds_english,
    split,
    stop_words,
    usual_languages,
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "New in the linen dress of our dreams street style"),
        ("en", "Sunday brunch with my favourites"),
        ("de", "Sonntagsfrühstück mit meinen Liebsten"),
        ("fr", "Balade en forêt avec le chien"),
        ("es", "Sorteo síguenos y etiqueta a dos amigos"),
        ("pt", "Feliz aniversário para minha melhor amiga"),
        ("it", "Passeggiata nel bosco con il cane"),
        ("nl", "Nieuwe schoenen mooi of niet"),
        ("tr", "Köpeğimle ormanda yürüyüş"),
        ("pl", "Spacer po lesie z psem"),
        ("sv", "Äntligen helg Vad ska ni göra"),
        ("vi", "Hoàng hôn trên bãi biển"),
        ("ru", "Рецепт дня яблочный пирог"),
        ("uk", "Захід сонця на пляжі"),
        ("el", "Καλημέρα από την Αθήνα"),
        ("ar", "غروب الشمس على الشاطئ"),
        ("fa", "صبحانه یکشنبه با دوستان"),
        ("hi", "दोस्तों के साथ रविवार का नाश्ता"),
        ("th", "อาหารเช้าวันอาทิตย์กับเพื่อน"),
        ("ja", "新しいワンピースを買いました ファッション"),
        ("zh", "和朋友一起吃周日早餐"),
        ("ko", "친구들과 일요일 아침 식사"),
        ("my", "မင်္ဂလာပါ"),
        (None, ""),
        (None, "ootd"),
        (None, "Ciao Roma pasta gelato and vino"),
        (None, "Nike Air Max"),
        (None, "京都旅行"),  # Japanese or Chinese
    ],
)
def test_the_language_of_a_short_text(language, text):
    assert language_of(text) == language


def test_many_letters_are_not_looked_at():
    english = "the cake that you and they want to eat "
    assert language_of(english * 10 + "und dann noch Kuchen mit Sahne " * 1000) == "en"


@pytest.mark.parametrize(
    ("english", "text"),
    [
        (True, "All of them! And THE cake, with your coffee https://x.y"),
        (False, "the cake"),
        (False, "the the the"),
        (False, "The Alpen und das Meer"),
        (False, "Wat een mooie dag in de stad, is het niet?"),
        (False, ""),
    ],
)
def test_function_words_that_only_english_has(english, text):
    assert sounds_english(text) == english


def test_an_uncertain_text_is_in_the_language_of_its_author():
    found = ["de", None, "en", None, "de", None, "en", "de", None]
    authors = ["a", "a", "a", "b", "a", "c", "d", "d", "d"]
    assert usual_languages(found, authors) == ["de", "de", "en", "en", "de", "en", "en", "de", "en"]
    assert usual_languages([], []) == []


@pytest.mark.parametrize("language", sorted(NAMES))
def test_marketing_and_english_function_words_are_dropped_in_every_language(language):
    assert stop_words(language) >= MARKETING | {"the", "and"}
    whole = {word for word in stop_words(language) if "'" not in word and "’" not in word}
    assert [word for word in whole if lemma(word, language)] == []


def test_function_words_are_those_of_gensim_and_scikit_learn():
    from gensim.parsing.preprocessing import STOPWORDS
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    assert stop_words() == STOPWORDS | ENGLISH_STOP_WORDS | MARKETING


@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("en", "cakes", "cake"),
        ("en", "women's", "woman"),
        ("de", "Häuser", "haus"),
        ("fr", "l'hiver", "hiver"),
        ("fr", "d’un", None),
        ("it", "dell'acqua", "acqua"),
        ("uk", "м'ята", "м'ята"),
        ("tr", "İSTANBUL'DA", "istanbul"),
        ("tr", "KIŞ", "kış"),
        ("no", "skoene", "sko"),
        ("hr", "cipele", "cipela"),
        ("ta", "காலணிகள்", "காலணிகள்"),  # no dictionary
        ("en", "ox", None),
        ("ko", "신발", "신발"),
        ("ja", "犬", "犬"),
        ("ja", "を", None),
        ("zh", "的", None),
    ],
)
def test_lemmas(language, word, expected):
    assert lemma(word, language) == expected


@pytest.mark.parametrize(
    ("language", "run", "expected"),
    [
        ("de", "Schuhe", [("Schuhe", "de")]),
        ("ru", "fitness", [("fitness", "en")]),
        ("en", "Straße", [("Straße", "en")]),
        ("en", "表参道でランチ", [("表参道", "ja"), ("で", "ja"), ("ランチ", "ja")]),
        ("ja", "京都旅行", [("京都", "ja"), ("旅行", "ja")]),
        ("zh", "苹果蛋糕", [("苹果", "zh"), ("蛋糕", "zh")]),
        ("th", "อาหารเช้า", [("อาหาร", "th"), ("เช้า", "th")]),
        ("ja", "新作nike靴", [("新作", "ja"), ("nike", "en"), ("靴", "ja")]),
        ("my", "မင်္ဂလာပါ", []),
    ],
)
def test_words_of_a_run(language, run, expected):
    assert list(split(run, language)) == expected


def test_lemmas_of_a_run():
    assert lemmas("表参道でランチ", "ja") == ("表参道", "ランチ")
    assert lemmas("the") == ()
    assert lemmas("dresses") == ("dress",)


@pytest.mark.parametrize(
    ("unreadable", "text"),
    [(True, "ສະບາຍດີ hello"), (True, "សួស្តី"), (True, "မင်္ဂလာပါ"), (False, "สวัสดี"), (False, "hi")],
)
def test_scripts_whose_words_nobody_finds(unreadable, text):
    assert is_unreadable(text) == unreadable


@given(st.text(), st.sampled_from(sorted(NAMES)))
def test_any_run_is_split_into_its_own_letters(run, language):
    parts = [*split(run, language)]
    kept = re.sub("[\u0e80-\u0eff\u1000-\u109f\uaa60-\uaa7f\u1780-\u17ff]", "", run)
    assert "".join(part for part, _ in parts) == kept
    assert {tongue for _, tongue in parts} <= set(NAMES)


def test_more_languages_than_simplemma_keeps_are_read_once(monkeypatch):
    read = []
    monkeypatch.setattr(
        "simplemma.strategies.dictionaries.stream_dictionary_factory.StreamMap",
        lambda code: read.append(code) or {},
    )
    languages._lemmatizer.cache_clear()
    codes = ["ar", "da", "es", "fa", "fi", "hi", "id", "it", "ms", "sw"]
    for word in ("aaaa", "bbbb"):
        for code in codes:
            languages._lemmatizer().lemmatize(word, lang=code)
    languages._lemmatizer.cache_clear()
    assert read == codes


def test_nothing_slow_is_imported_before_it_is_needed():
    code = (
        "from morning.features.text import words; words('the cakes that you and they bake');"
        "import sys; print(*{'py3langid', 'budoux', 'torch', 'gensim'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

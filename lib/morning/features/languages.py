"""Languages: which one a text is in, its stop words, its lemmas, and where its words end."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import simplemma
import stopwordsiso
from simplemma.strategies import DefaultStrategy
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES
from simplemma.strategies.dictionaries.stream_dictionary_factory import StreamDictionaryFactory

ENGLISH = "en"
#: Languages that are told apart, by ISO 639-1 code; a text in another counts as the nearest.
NAMES = {
    **{"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech"},
    **{"da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish"},
    **{"et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati"},
    **{"he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian"},
    **{"id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian"},
    **{"km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao", "lt": "Lithuanian"},
    **{"lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay"},
    **{"my": "Burmese", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi", "pl": "Polish"},
    **{"pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak"},
    **{"sl": "Slovene", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil"},
    **{"te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian"},
    **{"ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese"},
}
#: A language is believed that is likelier than this. Of 212 short captions in 21 languages other
#: than English, 181 were then right, 30 uncertain and 1 wrong; of 5,836 English lines of five to
#: eight words, 7 were wrong.
SURE = 0.6
#: So many letters are looked at; more say no more.
LOOKED_AT = 300
#: So many words that are function words in English alone make a text English.
TELLING = 2
#: Fewer Han characters may as well be Japanese without kana.
TELLING_HAN = 10

#: Words that every marketing caption has, in whatever language the rest is; the authors' own list
#: of about 100 is not public.
_MARKETING = """
account available bio buy caption check click code collab collaboration comment contest
credit daily day discount email enter entry feature feed follow follower free friend gift
giveaway guy hashtag hey influencer insta instadaily instagood instagram instalike let like
link look love month new offer official online order page partner partnership photo
photooftheday pic picoftheday picture pls post price prize product promo promotion reel repost
sale share shop sponsor sponsored stay story subscribe swipe tag tagged tap thank thanks thing
time tip today tomorrow tonight video want website week weekend win winner year yesterday
"""
MARKETING = frozenset(_MARKETING.split())
#: The function words of gensim and scikit-learn; in a file, since importing either takes seconds.
_ENGLISH_FUNCTION_WORDS = frozenset(
    json.loads(Path(__file__).with_name("stop_words.json").read_bytes())[ENGLISH]
)

#: Shorter words are dropped; a Han character alone may be a word, and so may two of others.
SHORTEST, SHORTEST_SYLLABLES, SHORTEST_HAN = 3, 2, 1

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_THAI = "\u0e00-\u0e7f"
_LAO, _BURMESE, _KHMER = "\u0e80-\u0eff", "\u1000-\u109f\uaa60-\uaa7f", "\u1780-\u17ff"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff"
_UNSPACED = f"{_HAN}{_KANA}{_THAI}{_LAO}{_BURMESE}{_KHMER}"
_SCRIPTS = re.compile(
    f"(?P<ja_zh>[{_HAN}{_KANA}]+)|(?P<th>[{_THAI}]+)|(?P<other>[^{_UNSPACED}]+)"
    f"|(?P<unknown>[{_LAO}{_BURMESE}{_KHMER}]+)"
)
_RUN = re.compile(f"[{_UNSPACED}]")
_HAN_ALONE = re.compile(f"[{_HAN}]+")
_KANA_INSIDE = re.compile(f"[{_KANA}]")
_SYLLABLES = re.compile(f"[{_HAN}{_KANA}{_THAI}{_HANGUL}]+")
#: Scripts without spaces whose words nothing here finds.
_UNREADABLE = re.compile(f"[{_LAO}{_BURMESE}{_KHMER}]{{2}}")

#: Languages of other scripts than the Latin one: Latin words in them are read as English.
_OTHER = "ar bg bn el fa gu he hi hy ja ka km kn ko lo mk ml mr my pa ru si ta te th uk ur zh"
_OTHER_SCRIPTS = frozenset(_OTHER.split())
#: What simplemma calls languages by another code.
_DICTIONARIES = {"no": "nb", "hr": "hbs", "sr": "hbs"}
_APOSTROPHE = re.compile("['’]")
#: Where the word stands behind the apostrophe: l'été, dell'acqua.
_ELIDED = ("ca", "fr", "it")


def normal(text: str) -> str:
    """Return text in compatibility form (NFKC), Thai's sara am put together again."""
    return unicodedata.normalize("NFKC", text).replace("\u0e4d\u0e32", "\u0e33")


def sounds_english(text: str) -> bool:
    """Say whether a text has function words of English alone; most captions do."""
    return len(_only_english().intersection(text[:LOOKED_AT].lower().split())) >= TELLING


def language_of(text: str) -> str | None:
    """Return the language of a text as a code of `NAMES`, None where that is uncertain.

    Parameters
    ----------
    text : str
        Words alone: no links, no emoji.

    Notes
    -----
    Said by py3langid: naive Bayes over byte n-grams (Lui and Baldwin 2012), the same every time.
    """
    text = text[:LOOKED_AT]
    language, likelihood = _identifier().classify(text)
    if language == "zh" and len(_RUN.findall(text)) < TELLING_HAN:
        return None
    return language if likelihood >= SURE else None


def usual_languages(found: Sequence[str | None], authors: Iterable[object]) -> list[str]:
    """Return the language of each text: as found, or else the author's most common one.

    English, where nothing is known of the author, and where it is as common as another.
    """
    authors = list(authors)
    pairs = [*zip(authors, found, strict=True)]
    counts: dict[object, Counter[str]] = {author: Counter({ENGLISH: 0}) for author in authors}
    for author, language in pairs:
        if language:
            counts[author][language] += 1
    usual = {author: of.most_common(1)[0][0] for author, of in counts.items()}  # first of equals
    return [language or usual[author] for author, language in pairs]


def is_unreadable(text: str) -> bool:
    """Say whether a text is in a script without spaces that nothing here splits into words."""
    return not text.isascii() and _UNREADABLE.search(text) is not None


def split(run: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a run of letters, each with its language.

    Parameters
    ----------
    run : str
        Letters without a space.
    language : str
        Of the text around.

    Yields
    ------
    tuple of (str, str)
        Japanese, Chinese and Thai are split by BudouX's models; a run of Han characters alone is
        Chinese, unless the text is Japanese. Lao, Burmese and Khmer yield nothing.
    """
    if run.isascii():
        yield run, ENGLISH if language in _OTHER_SCRIPTS else language
    elif not _RUN.search(run):
        yield run, language
    else:
        for part in _SCRIPTS.finditer(run):
            yield from _words(part.group(), str(part.lastgroup), language)


@lru_cache(maxsize=1 << 17)
def lemmas(run: str, language: str = ENGLISH) -> tuple[str, ...]:
    """Return the lemmas of a run of letters in a text of this language; see `split`, `lemma`."""
    found = (lemma(word, tongue) for word, tongue in split(run, language))
    return tuple(word for word in found if word is not None)


@lru_cache(maxsize=1 << 17)
def lemma(word: str, language: str = ENGLISH) -> str | None:
    """Return the lower-case lemma of a word, or None if it is dropped.

    Where simplemma has no dictionary of the language, the word stays as it is.
    """
    word = _bare(_lower(word, language), language)
    if _too_short(word) or word in stop_words(language):
        return None
    code = _DICTIONARIES.get(language, language)
    if code in SUPPORTED_LANGUAGES:
        lemmatize = simplemma.lemmatize if language == ENGLISH else _lemmatizer().lemmatize
        word = _lower(lemmatize(word, lang=code), language)
    return None if _too_short(word) or word in stop_words(language) else word


@cache
def stop_words(language: str = ENGLISH) -> frozenset[str]:
    """Return the words of a language that are dropped.

    Its function words, the English ones (captions of any language have some), and `MARKETING`.
    English: those of gensim and scikit-learn. Others: the Stopwords ISO collection (MIT licence),
    where it has the language.
    """
    own = set() if language == ENGLISH else map(normal, stopwordsiso.stopwords(language))
    return MARKETING.union(_ENGLISH_FUNCTION_WORDS, own)


@cache
def _only_english() -> frozenset[str]:
    """Return the English function words that are in no other language's list."""
    others = stopwordsiso.langs() - {ENGLISH}
    return _ENGLISH_FUNCTION_WORDS - stopwordsiso.stopwords(others)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # its model takes most of a second

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(NAMES))
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, np.float32)  # read by rows: faster
    return identifier


@cache
def _lemmatizer() -> simplemma.Lemmatizer:
    """Return a lemmatizer that keeps the dictionary of every language, in a tenth of the memory.

    simplemma's own keeps eight, some of them 400 MB, and reads the ninth anew at every change.
    """
    dictionaries = StreamDictionaryFactory(cache_max_size=len(NAMES))
    return simplemma.Lemmatizer(
        lemmatization_strategy=DefaultStrategy(dictionary_factory=dictionaries)
    )


@cache
def _segmenter(model: str) -> Any:
    import budoux

    path = files("budoux") / "models" / f"{model}.json"
    return budoux.Parser(json.loads(path.read_text(encoding="utf-8")))


def _words(part: str, script: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a run in one script."""
    if script == "other":
        yield from split(part, language)
    elif script == "th":
        yield from ((word, "th") for word in _segmenter("th").parse(part))
    elif script == "ja_zh":
        japanese = language == "ja" or _KANA_INSIDE.search(part)
        language, model = ("ja", "ja_word") if japanese else ("zh", "zh-hans")
        yield from ((word, language) for word in _segmenter(model).parse(part))


def _too_short(word: str) -> bool:
    if len(word) >= SHORTEST or word.isascii():
        return len(word) < SHORTEST
    if _HAN_ALONE.fullmatch(word):
        return len(word) < SHORTEST_HAN
    return len(word) < (SHORTEST_SYLLABLES if _SYLLABLES.fullmatch(word) else SHORTEST)


def _lower(word: str, language: str) -> str:
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    return word.lower()


def _bare(word: str, language: str) -> str:
    """Return what of a word with an apostrophe in it is the word."""
    parts = _APOSTROPHE.split(word)
    if language == "uk":  # a letter of its own: м'ята
        return "'".join(parts)
    return parts[-1] if language in _ELIDED else parts[0]

"""Captions -> words: hashtags, mentions, links and emoji understood, lemmas, stop words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import emoji
import pyarrow as pa

from morning.features.languages import (
    ENGLISH,
    language_of,
    lemmas,
    normal,
    sounds_english,
    usual_languages,
)
from morning.features.many import over
from morning.reading.handles import LINK

#: Captions of a shard: some seconds.
SHARD = 20_000

_DROPPED = re.compile(
    rf"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+      # an e-mail address
    | {LINK}
    | @[\w.]+                         # a mention
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: All of it that has neither a full stop nor ://, and is quickly found.
_MENTION = re.compile(r"@[\w.]+")
#: Runs without a space that nobody wrote by hand; they would make the search for links slow.
_ENDLESS = re.compile(r"\S{300,}")
#: All that an emoji can be part of; looking for emoji elsewhere takes most of the time.
_MAYBE_EMOJI = re.compile("[0-9#*]?[\u00a9\u00ae\u200d\u203c-\U0010ffff]+")
#: Vowel signs and the like, which are no letters to Python: without them words of Thai, Hindi and
#: their neighbours would break.
_MARKS = "".join(c for c in map(chr, range(0x590, 0x2000)) if unicodedata.category(c)[0] == "M")
_RUN = rf"[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*"
_HASHTAG = re.compile(rf"[#＃]([\w{_MARKS}]+)")
_LETTERS = re.compile(_RUN)
_WORD = re.compile(rf"{_RUN}(?:['’]{_RUN})*")


def words(caption: str, emoji_words: bool = False, language: str | None = None) -> list[str]:
    """Return the words of a caption that can carry a topic.

    Parameters
    ----------
    caption : str
        Text of one post, or of several joined.
    emoji_words : bool
        Read an emoji as its English name; otherwise it is dropped.
    language : str, optional
        A code of `morning.features.languages.NAMES`; without, the caption's own, and English
        where that is uncertain.

    Returns
    -------
    list of str
        Lower-case lemmas of the language, in the order of the text, of at least three letters; in
        Japanese, Chinese, Korean and Thai of two characters, or one Han character. Links, e-mail
        addresses, mentions, digits and stop words are gone; a hashtag is split where its capitals
        say so (#StreetStyle -> street style). Lao, Burmese and Khmer have no words: nothing here
        knows where theirs end.

    Notes
    -----
    The authors kept English nouns found by NLTK's tagger that WordNet knows (section 3.2 of the
    specification). Both need a download, so lemmas and stop words that ship inside packages take
    their place: verbs and adjectives stay, and so do words that no dictionary has.
    """
    language = language or _language(caption) or ENGLISH
    return [word for run in _runs(caption, emoji_words) for word in lemmas(run, language)]


def languages_of(captions: Iterable[str], authors: Sequence[object]) -> list[str]:
    """Return the language of each caption, a code of `morning.features.languages.NAMES`.

    Where a caption is too short or too mixed to tell, it is in the language that most of its
    author's others are in, and in English where there is none.
    """
    table = pa.table({"caption": pa.array(captions, pa.large_string())})
    spoken = over(table, _spoken, SHARD, "languages")["language"].to_pylist()
    return usual_languages(spoken, authors)


def split_hashtag(tag: str) -> list[str]:
    """Split a hashtag (without #) at capitals, digits and underscores.

    Examples
    --------
    >>> split_hashtag("NYCStreetStyle2024_ootd")
    ['NYC', 'Street', 'Style', 'ootd']
    """
    parts = []
    for run in _LETTERS.findall(tag):
        start = 0
        for i in range(1, len(run)):
            before, here, after = run[i - 1], run[i], run[i + 1 : i + 2]
            if here.isupper() and (before.islower() or after.islower()):
                parts.append(run[start:i])
                start = i
        parts.append(run[start:])
    return parts


def _spoken(batch: pa.Table) -> pa.Table:
    """Return the language of each caption, null where it cannot be told."""
    found = [_language(caption) for caption in batch["caption"].to_pylist()]
    return pa.table({"language": pa.array(found, pa.string())})


def _language(caption: str) -> str | None:
    return ENGLISH if sounds_english(caption) else language_of(" ".join(_runs(caption)))


def _runs(caption: str, emoji_words: bool = False) -> list[str]:
    """Return the runs of letters in a caption without links, addresses, mentions and emoji."""
    text = normal(caption)  # 𝓯𝓪𝓼𝓱𝓲𝓸𝓷 -> fashion
    dropped = _DROPPED if "." in text or "://" in text else _MENTION
    text = dropped.sub(" ", _ENDLESS.sub(" ", text))
    text = _MAYBE_EMOJI.sub(_named if emoji_words else _blank, text)
    text = _HASHTAG.sub(lambda tag: f" {' '.join(split_hashtag(tag[1]))} ", text)
    return _WORD.findall(text)


def _blank(found: re.Match[str]) -> str:
    """Return a stretch of text with a space for every emoji."""
    return emoji.replace_emoji(found.group(), " ")


def _named(found: re.Match[str]) -> str:
    """Return a stretch of text with every emoji's English name."""
    return emoji.demojize(found.group(), (" ", " "))

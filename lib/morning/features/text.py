"""Captions -> words: hashtags, mentions, links and emoji understood, lemmas, stop words."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import emoji
import simplemma

#: Words that every marketing caption has; the authors' own list of about 100 is not public.
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
_FUNCTION_WORDS = json.loads(Path(__file__).with_name("stop_words.json").read_bytes())
#: What is dropped: the function words of gensim and scikit-learn (kept in a file, since importing
#: either takes seconds), and `MARKETING`.
STOP_WORDS = MARKETING.union(_FUNCTION_WORDS["en"])
#: Shorter words are dropped.
SHORTEST = 3

_DROPPED = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+      # an e-mail address
    | https?://\S+ | www\.\S+         # a link
    | \b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|co|io|ly|me|be|gl|shop|store|link|uk|de)\b(?:/\S*)?
    | @[\w.]+                         # a mention
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: Runs without a space that nobody wrote by hand; they would make the search for links slow.
_ENDLESS = re.compile(r"\S{300,}")
_HASHTAG = re.compile(r"[#＃](\w+)")
#: All that an emoji can be part of; looking for emoji elsewhere takes most of the time.
_MAYBE_EMOJI = re.compile(r"[0-9#*]?[^\x00-\x7f]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words(caption: str, emoji_words: bool = False) -> list[str]:
    """Return the words of a caption that can carry a topic.

    Parameters
    ----------
    caption : str
        Text of one post, or of several joined.
    emoji_words : bool
        Read an emoji as its English name; otherwise it is dropped.

    Returns
    -------
    list of str
        Lower-case English lemmas of at least three letters, in the order of the text.
        Links, e-mail addresses, mentions, digits and stop words are gone; a hashtag is split
        where its capitals say so (#StreetStyle -> street style).

    Notes
    -----
    The authors kept nouns found by NLTK's tagger that WordNet knows (section 3.2 of the
    specification). Both need a download, so lemmas and stop words that ship inside packages take
    their place: verbs and adjectives stay, and so do words that no dictionary has.
    """
    text = unicodedata.normalize("NFKC", caption)  # 𝓯𝓪𝓼𝓱𝓲𝓸𝓷 -> fashion
    text = _DROPPED.sub(" ", _ENDLESS.sub(" ", text))
    text = _MAYBE_EMOJI.sub(_named if emoji_words else _blank, text)
    text = _HASHTAG.sub(lambda tag: f" {' '.join(split_hashtag(tag[1]))} ", text)
    found = (lemma(word.group().lower()) for word in _WORD.finditer(text))
    return [word for word in found if word is not None]


def _blank(found: re.Match[str]) -> str:
    """Return a stretch of text with a space for every emoji."""
    return emoji.replace_emoji(found.group(), " ")


def _named(found: re.Match[str]) -> str:
    """Return a stretch of text with every emoji's English name."""
    return emoji.demojize(found.group(), (" ", " "))


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


@lru_cache(maxsize=1 << 17)
def lemma(word: str) -> str | None:
    """Return the English lemma of a lower-case word, or None if it is dropped."""
    word = re.split(r"['’]", word, maxsplit=1)[0]
    if len(word) < SHORTEST or word in STOP_WORDS:
        return None
    base = simplemma.lemmatize(word, lang="en").lower()
    return None if len(base) < SHORTEST or base in STOP_WORDS else base

"""The captions and biographies of the demo world."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from morning.sources.demo.vocabulary import Topic, vocabulary

_OFF_TOPIC = 0.1
_IRREGULAR = {"child": "children", "shelf": "shelves", "leaf": "leaves", "hero": "heroes"}


def pick(rng: np.random.Generator, items: Sequence[str]) -> str:
    """Return one of `items`."""
    return items[int(rng.random() * len(items))]


def pick_leaning(rng: np.random.Generator, items: Sequence[str], lean: float) -> str:
    """Return one of `items`: with lean 1 of their first half, with -1 of their second, 0 any.

    The middle one of an odd number is in both.
    """
    first = (1 + lean) / 2  # probability of the first half
    u = rng.random()
    place = u / (2 * first) if u < first else 1 - (1 - u) / (2 * (1 - first))
    return items[int(place * len(items))]


def plural(noun: str) -> str:
    """Return the plural of an English noun of the vocabulary."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def write_caption(topic: Topic, rng: np.random.Generator) -> str:
    """Write a caption: two or three sentences, hashtags, and at times a mention, emoji or link."""
    common = vocabulary().common

    def noun() -> str:
        return pick(rng, common["nouns"] if rng.random() < _OFF_TOPIC else topic.words)

    sentences = [
        pick(rng, common["sentences"]).format(
            noun=noun(),
            noun2=noun(),
            nouns=plural(noun()),
            nouns2=plural(noun()),
            adjective=pick(rng, topic.adjectives),
            verb=pick(rng, topic.verbs),
            common=pick(rng, common["nouns"]),
            common_adjective=pick(rng, common["adjectives"]),
        )
        for _ in range(rng.integers(2, 4))
    ]
    parts = [re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", sentence) for sentence in sentences]
    if rng.random() < 0.5:
        parts.append(pick(rng, topic.emoji) + pick(rng, common["emoji"]))
    if rng.random() < 0.3:
        parts.append("with @" + pick(rng, common["friends"]))
    if rng.random() < 0.12:
        parts.append("https://example.com/" + noun())
    parts += ["#" + noun() for _ in range(rng.integers(1, 4))]
    if rng.random() < 0.4:
        parts.append("#" + pick(rng, common["hashtags"]))
    return " ".join(parts)


def write_biography(keywords: Sequence[str], rng: np.random.Generator) -> str:
    """Write a biography that names all `keywords`."""
    common = vocabulary().common
    order = [keywords[i] for i in rng.permutation(len(keywords))]
    things = pick(rng, (" | ", ", ", " • ", " / ")).join(order)
    return pick(rng, common["biographies"]).format(
        things=things,
        closing=pick(rng, common["closings"]),
        places=pick(rng, common["places"]),
    )


def choose_keywords(
    kinds: Sequence[Sequence[str]], mixture: np.ndarray, n: int, rng: np.random.Generator
) -> list[str]:
    """Choose n different keywords, each of a kind drawn from the mixture.

    Parameters
    ----------
    kinds : sequence of k keyword lists
    mixture : float array, shape (k,)
        Sums to 1.
    n : int
    rng : Generator
    """
    chosen: list[str] = []
    for kind in rng.choice(len(kinds), size=n, p=mixture):
        left = [word for word in kinds[kind] if word not in chosen]
        if left:
            chosen.append(pick(rng, left))
    return chosen

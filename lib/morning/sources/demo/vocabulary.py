"""The words of the demo world, read from `vocabulary.json`.

Twelve topics are brand categories and eight are themes that cut across them. A topic has nouns,
adjectives, verbs, emoji, objects and scenes for its posts, and interests (attribute -> keywords)
for biographies. Audience groups are mixtures of topics. Brands have styles and influencers have
personas, each with attributes and keywords; no word of a style is a word of a persona.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Topic:
    """What a post about one thing is made of.

    Attributes
    ----------
    words, adjectives, verbs, emoji, objects, scenes : tuple of str
    interests : tuple of str
        Keywords for biographies.
    """

    words: tuple[str, ...]
    adjectives: tuple[str, ...]
    verbs: tuple[str, ...]
    emoji: tuple[str, ...]
    objects: tuple[str, ...]
    scenes: tuple[str, ...]
    interests: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Everything that posts and biographies are written with.

    Attributes
    ----------
    categories : tuple of str
        The brand categories; each is the name of a topic.
    topics : dict of str to Topic
        Categories first, then themes.
    groups : float array, shape (groups, topics)
        What each audience group posts about; rows sum to 1.
    styles, personas : tuple of tuple of str
        Keywords of each brand style and of each influencer persona.
    common : dict
        Words, sentences and handles that belong to no topic.
    """

    categories: tuple[str, ...]
    topics: dict[str, Topic]
    groups: np.ndarray
    styles: tuple[tuple[str, ...], ...]
    personas: tuple[tuple[str, ...], ...]
    common: dict[str, tuple[str, ...]]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that comes with the package."""
    raw = json.loads((resources.files(__package__) / "vocabulary.json").read_text("utf-8"))
    names = list(raw["topics"])
    groups = np.array([[group.get(t, 0.0) for t in names] for group in raw["groups"].values()])
    return Vocabulary(
        categories=_words(raw["categories"]),
        topics={name: _topic(raw["topics"][name]) for name in names},
        groups=groups,
        styles=tuple(_keywords(style) for style in raw["styles"].values()),
        personas=tuple(_keywords(persona) for persona in raw["personas"].values()),
        common={name: _words(value) for name, value in raw["common"].items()},
    )


def _words(value: str | list[str]) -> tuple[str, ...]:
    return tuple(value.split() if isinstance(value, str) else value)


def _keywords(attributes: dict[str, str]) -> tuple[str, ...]:
    return tuple(word for text in attributes.values() for word in text.split())


def _topic(raw: dict[str, Any]) -> Topic:
    texts = {name: _words(value) for name, value in raw.items() if name != "interests"}
    return Topic(**texts, interests=_keywords(raw["interests"]))

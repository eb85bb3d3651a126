"""Biographies -> attribute lists (paper, section IV-C, steps 1-3)."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import simplemma

from morning.attributes.concepts import ConceptGraph, canonical
from morning.attributes.cooccurrence import training_collaborations
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.many import over
from morning.files import read_json, write_json
from morning.guard import readable

log = logging.getLogger(__name__)

#: Category of the paper -> its node in the released graph, where the two names differ.
CATEGORY_ATTRIBUTES = {"clothing": "clothes"}
#: Words in the longest phrase that can be a keyword.
LONGEST_PHRASE = 3
#: Biographies of a shard: a second or two.
_SHARD = 20_000

_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_MENTION = re.compile(r"@[\w.]+")
_BREAK = re.compile(r"[^\w\s#'’\-]|_{2,}|\s[-–—]+\s|\n")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_STRIPPED_VERBS = ("ing", "ed", "er")


@dataclass(frozen=True)
class BiographyOptions:
    """How attributes are taken from biographies."""

    min_count: int = 2
    """A keyword must occur in the biographies of this many training accounts."""
    categories: bool = True
    """Brands also receive their category as an attribute."""
    splits: tuple[str, ...] = ("train",)
    """Brands whose biographies, and whose influencers' biographies, are counted."""

    def __post_init__(self) -> None:
        if self.min_count < 1:
            raise MorningError(f"attributes: min_count must be at least 1, not {self.min_count}")
        if not self.splits or "test" in self.splits:
            raise MorningError("attributes are fitted on training brands: no split, or test, given")


@dataclass(frozen=True, eq=False)
class Keywords:
    """Which keyword of a biography stands for which attribute.

    Attributes
    ----------
    attribute_of : mapping of str to str
        Keyword in canonical form (lower case, hyphens between words) -> attribute.
    categories : bool
        Whether brands also receive their category.
    """

    attribute_of: Mapping[str, str]
    categories: bool = True

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return spellings(self.attribute_of)

    def attributes(self, biography: str | None, category: str | None = None) -> tuple[str, ...]:
        """Return the attributes of one account, sorted, each once.

        Parameters
        ----------
        biography : str or None
            Any text.
        category : str, optional
            Of a brand.
        """
        found = {self.attribute_of[keyword] for keyword in keywords(biography, self._spellings)}
        if category and self.categories:
            found.add(CATEGORY_ATTRIBUTES.get(category, canonical(category)))
        return tuple(sorted(found))

    def save(self, path: str | Path) -> None:
        """Write the table as JSON, whole or not at all."""
        value = {"categories": self.categories, "attribute_of": dict(self.attribute_of)}
        write_json(path, value)

    @classmethod
    def load(cls, path: str | Path) -> Keywords:
        """Read what `save` wrote.

        Raises
        ------
        MorningError
            If the file cannot be read or is of another form.
        """
        with readable(path, "keywords", "make the run again"):
            value = read_json(path, dict)
            table = dict(value["attribute_of"])
            if not all(isinstance(attribute, str) for attribute in table.values()):
                raise TypeError("an attribute is no text")
            if not isinstance(value["categories"], bool):
                raise TypeError("whether categories count is neither true nor false")
            return cls(table, value["categories"])


def learn_keywords(
    dataset: Dataset, concepts: ConceptGraph, options: BiographyOptions | None = None
) -> Keywords:
    """Choose the frequent keywords of training accounts and merge them into their fathers.

    Training accounts are the brands of `options.splits` and the influencers they worked with.
    That no keyword is frequent enough is logged.
    """
    options = options or BiographyOptions()
    known = spellings(concepts.terms)
    counted: Counter[str] = Counter()
    for biography in training_biographies(dataset, options.splits):
        counted.update(set(keywords(biography, known)))
    frequent = sorted(keyword for keyword, n in counted.items() if n >= options.min_count)
    fathers = {keyword: concepts.father(keyword) for keyword in frequent}
    table = {keyword: father for keyword, father in fathers.items() if father is not None}
    if not table:
        log.warning("no keyword is in %d training biographies or more", options.min_count)
    return Keywords(table, options.categories)


def attribute_lists(dataset: Dataset, table: Keywords) -> dict[str, tuple[str, ...]]:
    """Return the attributes of every brand and influencer by account id."""
    accounts = dataset.accounts[dataset.accounts["role"].isin(["brand", "influencer"])]
    brand = (accounts["role"] == "brand").to_numpy()
    category = accounts["category"].where(brand & accounts["category"].notna().to_numpy(), None)
    texts = {"biography": accounts["biography"], "category": category}
    written = pa.table(
        {name: pa.array(map(_text, column), pa.large_string()) for name, column in texts.items()}
    )
    found = over(written, _Attributes(table), _SHARD, "biographies")["attributes"]
    return dict(zip(accounts["account_id"], map(tuple, found.to_pylist()), strict=True))


@dataclass(frozen=True)
class _Attributes:
    """The attributes of accounts, a step over shards of their biographies and categories."""

    table: Keywords

    @property
    def key(self) -> str:
        """What decides them beside the texts."""
        told = json.dumps([self.table.categories, dict(self.table.attribute_of)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the attributes of each account, a list of str."""
        texts = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        found = [self.table.attributes(*each) for each in texts]
        return pa.table({"attributes": pa.array(found, pa.list_(pa.string()))})


def training_biographies(dataset: Dataset, splits: Sequence[str] = ("train",)) -> list[str]:
    """Return the biographies of training brands and of the influencers they worked with."""
    pairs = training_collaborations(dataset, splits)
    accounts = dataset.accounts
    chosen = accounts["account_id"].isin({*pairs["brand_id"], *pairs["influencer_id"]})
    return list(accounts.loc[chosen, "biography"].dropna())


def keywords(biography: str | None, known: Mapping[str, str]) -> list[str]:
    """Return the known keywords of a text in order, the longest match first at each word.

    Parameters
    ----------
    biography : str or None
    known : mapping of str to str
        From `spellings`.
    """
    found = []
    for words in segments(biography):
        start = 0
        while start < len(words):
            for length in range(min(LONGEST_PHRASE, len(words) - start), 0, -1):
                if keyword := _lookup(words[start : start + length], known):
                    found.append(keyword)
                    start += length
                    break
            else:
                start += 1
    return found


def spellings(terms: Iterable[str]) -> dict[str, str]:
    """Return how terms may be written -> the term, for `keywords`.

    Besides the term itself: its singular, and both without hyphens, as in hashtags. Where two
    terms can be written alike, the one that is written so itself wins, then the first.
    """
    ordered = sorted(terms)
    known = {term: term for term in ordered}
    for term in ordered:
        *first, last = term.split("-")
        other = "-".join([*first, singular(last)])
        for spelling in (other, term.replace("-", ""), other.replace("-", "")):
            known.setdefault(spelling, term)
    return known


def segments(biography: str | None) -> Iterator[list[str]]:
    """Yield the words of each stretch of a text that punctuation, emoji or links do not break.

    Lower case; hashtags lose their sign, hyphens part words, links and mentions go.
    """
    text = _MENTION.sub("|", _LINK.sub("|", (biography or "").lower()))
    for stretch in _BREAK.split(text):
        pieces = stretch.replace("#", " ").replace("-", " ").replace("_", " ").replace("’", "'")
        if words := _WORD.findall(pieces):
            yield words


@lru_cache(maxsize=100_000)
def singular(word: str) -> str:
    """Return the singular of a noun: bloggers -> blogger, women -> woman.

    simplemma's lemma, unless it takes the ending off a noun such as "running" or "gamer"; a
    plural unknown to it loses its s.
    """
    lemma = simplemma.lemmatize(word, lang="en").lower()
    if lemma != word:
        return word if word.endswith(_STRIPPED_VERBS) else lemma
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _lookup(words: Sequence[str], known: Mapping[str, str]) -> str | None:
    """Return the term that a phrase spells, if any."""
    written = "-".join(words)
    return known.get(written) or known.get("-".join([*words[:-1], singular(words[-1])]))


def _text(value: object) -> str | None:
    """Return a cell as text, None where it is empty."""
    return None if pd.isna(value) else str(value)

"""Texts as numbers of words: tokenised once, read as often as a model likes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from morning.code import code_of
from morning.errors import MorningError
from morning.features.many import over
from morning.features.text import SHARD, words
from morning.files import read_json, whole_folder, write_json
from morning.guard import readable, require
from morning.guard.arrays import read_array

#: Up to this many texts are kept in memory (some 100 MB), more of them on disk.
IN_MEMORY = 200_000
_TOKENS, _STARTS, _WORDS = "tokens.int32", "starts.npy", "words.json"


@dataclass(frozen=True, eq=False)
class Tokens:
    """Tokenised texts; the arrays may be mapped from disk.

    Attributes
    ----------
    vocabulary : list of str
        Every word, in the order of its first use.
    tokens : int32 array, shape (words of all texts,)
        Rows of `vocabulary`, text after text.
    starts : int64 array, shape (texts + 1,)
        Text i is ``tokens[starts[i]:starts[i + 1]]``.
    """

    vocabulary: list[str]
    tokens: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(
        cls,
        texts: Iterable[str],
        emoji_words: bool = False,
        languages: Sequence[str] | None = None,
    ) -> Tokens:
        """Tokenise texts in memory; see `morning.features.text.words`."""
        number: dict[str, int] = {}
        parts, lengths = zip(*_numbered(texts, number, emoji_words, languages), strict=True)
        return cls(list(number), np.concatenate(parts), _starts(np.concatenate(lengths)))

    @classmethod
    def kept(
        cls,
        texts: Iterable[str],
        folder: Path,
        emoji_words: bool = False,
        languages: Sequence[str] | None = None,
    ) -> Tokens:
        """Tokenise texts into a folder, or map what the same texts left there.

        Parameters
        ----------
        texts : iterable of str
            Read twice, so no generator.
        folder : Path
            Each collection has a folder of its own in it, named by all that decides its content.
        emoji_words, languages
            As `morning.features.text.words` takes them; a language for each text.
        """
        about = f"{code_of(__name__)} {emoji_words} {' '.join(languages or ())}"
        digest = hashlib.sha256(about.encode())
        for text in texts:
            digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        folder = folder / digest.hexdigest()[:24]
        if not (folder / _WORDS).is_file():
            number: dict[str, int] = {}
            lengths = []
            with whole_folder(folder) as temporary, open(temporary / _TOKENS, "wb") as file:
                for part, counts in _numbered(texts, number, emoji_words, languages):
                    file.write(part.tobytes())
                    lengths.append(counts)
                np.save(temporary / _STARTS, _starts(np.concatenate(lengths)))
                write_json(temporary / _WORDS, list(number))
        with readable(folder, "tokenised texts", "delete this folder"):
            return cls._mapped(folder)

    @classmethod
    def _mapped(cls, folder: Path) -> Tokens:
        """Return what `kept` keeps; ValueError where its files do not fit together."""
        starts = np.asarray(read_array(folder / _STARTS))
        require(folder / _TOKENS, most=1 << 40)
        empty = starts[-1] == 0  # an empty file cannot be mapped
        tokens = np.zeros(0, np.int32) if empty else np.memmap(folder / _TOKENS, np.int32, mode="r")
        vocabulary = read_json(folder / _WORDS, list)
        if starts.dtype != np.int64 or starts[0] != 0 or (np.diff(starts) < 0).any():
            raise ValueError(f"{_STARTS} does not rise from 0")
        used = np.asarray(tokens)
        least, most = used.min(initial=0), used.max(initial=-1)
        if starts[-1] != len(used) or not 0 <= least <= most + 1 <= len(vocabulary):
            raise ValueError(f"{_TOKENS} is of other texts")
        return cls(vocabulary, used, starts)


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents made of tokenised texts, one after the other; iterate as often as needed.

    Iteration yields the words of each document, a list of str, which is what gensim takes.

    Attributes
    ----------
    tokens : Tokens
    texts : int64 array
        Rows of `tokens`, document after document.
    bounds : int64 array, shape (documents + 1,)
        Document i is made of ``texts[bounds[i]:bounds[i + 1]]``.
    """

    tokens: Tokens
    texts: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str], emoji_words: bool = False) -> Documents:
        """Make one document of each text."""
        tokens = Tokens.of(texts, emoji_words)
        n = len(tokens.starts) - 1
        return cls(tokens, np.arange(n), np.arange(n + 1))

    @property
    def vocabulary(self) -> list[str]:
        """Every word that a number may stand for."""
        return self.tokens.vocabulary

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __iter__(self) -> Iterator[list[str]]:
        for i in range(len(self)):
            yield [self.vocabulary[number] for number in self.numbers(i)]

    def numbers(self, document: int) -> np.ndarray:
        """Return the words of one document as rows of `vocabulary`, int32."""
        texts = self.texts[self.bounds[document] : self.bounds[document + 1]]
        tokens, starts = self.tokens.tokens, self.tokens.starts
        parts = [tokens[starts[text] : starts[text + 1]] for text in texts]
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.int32), *parts])

    def select(self, documents: np.ndarray) -> Documents:
        """Return some of the documents (row numbers), in the order given."""
        lengths = np.diff(self.bounds)[documents]
        bounds = _starts(lengths)
        within = np.arange(bounds[-1]) - np.repeat(bounds[:-1], lengths)
        texts = self.texts[np.repeat(self.bounds[:-1][documents], lengths) + within]
        return Documents(self.tokens, texts, bounds)


#: How often a word must occur to be a word of topics, and in what share of documents at most.
MIN_COUNT, MAX_SHARE = 3, 0.5


def frequent_words(
    documents: Documents, min_count: int = MIN_COUNT, max_share: float = MAX_SHARE
) -> list[str]:
    """Return the words that topics are fitted with, in alphabetical order.

    Parameters
    ----------
    documents : Documents
    min_count : int
        A word must occur so often.
    max_share : float
        A word that more than this share of the documents with words have is dropped.

    Raises
    ------
    MorningError
        If there is no such word.
    """
    counts, spread = np.zeros((2, len(documents.vocabulary)), dtype=np.int64)
    filled = 0
    for i in range(len(documents)):
        found, times = np.unique(documents.numbers(i), return_counts=True)
        counts[found] += times
        spread[found] += 1
        filled += len(found) > 0
    frequent = (counts >= min_count) & (spread <= max_share * filled)
    if not frequent.any():
        raise MorningError(
            f"no word of the {len(documents)} documents that topics are fitted on occurs "
            f"{min_count} times and in at most {max_share:.0%} of them; are there captions "
            "in words that can be told apart?"
        )
    return sorted(documents.vocabulary[i] for i in np.flatnonzero(frequent))


def _numbered(
    texts: Iterable[str],
    number: dict[str, int],
    emoji_words: bool,
    languages: Sequence[str] | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the words of texts as numbers, and how many each has; new words go into `number`."""
    table = pa.table({"text": pa.array(texts, pa.large_string())})
    spoken = pa.array(languages, pa.string()) if languages else pa.nulls(len(table), pa.string())
    found = over(table.append_column("language", spoken), _Words(emoji_words), SHARD, "words")
    yield np.zeros(0, np.int32), np.zeros(0, np.int64)
    for part in found["words"].chunks:
        own = part.flatten()
        ours = [number.setdefault(word, len(number)) for word in own.dictionary.to_pylist()]
        yield (
            np.array(ours, np.int32)[own.indices.to_numpy()],
            np.diff(part.offsets.to_numpy()),
        )


@dataclass(frozen=True)
class _Words:
    """The words of captions, a step over shards of them."""

    emoji_words: bool

    @property
    def key(self) -> str:
        """What decides them beside the captions."""
        return str(self.emoji_words)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the words of each text; a word is listed once, at its first use."""
        number: dict[str, int] = {}
        numbers, starts = [], [0]
        for text, language in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            known = words(text, self.emoji_words, language)
            numbers += [number.setdefault(word, len(number)) for word in known]
            starts.append(len(numbers))
        every = pa.DictionaryArray.from_arrays(
            pa.array(numbers, pa.int32()), pa.array(list(number), pa.string())
        )
        return pa.table({"words": pa.LargeListArray.from_arrays(pa.array(starts), every)})


def _starts(lengths: Iterable[int]) -> np.ndarray:
    """Return where parts of these lengths start, one after the other, and where the last ends."""
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, np.int64))]).astype(np.int64)

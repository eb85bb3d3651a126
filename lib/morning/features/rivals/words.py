"""Word2Vec on training captions, and what it makes of captions and accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from gensim.models import Word2Vec

from morning.errors import MorningError
from morning.features.documents import Documents
from morning.features.posts import Posts
from morning.features.rivals.engagement import history
from morning.features.rivals.inputs import History


@dataclass(frozen=True)
class WordOptions:
    """How word vectors are trained."""

    size: int = 300
    """Length of a word's vector."""
    epochs: int = 20
    """Passes over the captions."""
    min_count: int = 2
    """Rarer words are left out."""
    seed: int = 0
    """Training with one seed gives one result: one thread, and no salted hash."""


@dataclass(frozen=True, eq=False)
class CaptionVectors:
    """The mean word vector of each caption, computed where it is asked for."""

    words: Documents
    vectors: np.ndarray
    """float32 (words of the vocabulary, size); NaN for an unknown word."""

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, posts: np.ndarray) -> np.ndarray:
        """Return float32 (posts, size); NaN where no word is known."""
        found = np.full((len(posts), self.vectors.shape[1]), np.nan, dtype=np.float32)
        for row, post in enumerate(posts):
            known = self.vectors[self.words.numbers(post)]
            known = known[~np.isnan(known[:, 0])]
            if len(known):
                found[row] = known.mean(axis=0)
        return found


def word_vectors(posts: Posts, options: WordOptions | None = None) -> dict[str, np.ndarray]:
    """Train Word2Vec on the captions of training accounts.

    Returns
    -------
    dict of word to float32 array, shape (size,)

    Raises
    ------
    MorningError
        If no word occurs often enough.
    """
    options = options or WordOptions()
    try:
        model = Word2Vec(
            posts.words().select(np.flatnonzero(posts.of_training)),
            vector_size=options.size,
            epochs=options.epochs,
            min_count=options.min_count,
            seed=options.seed,
            workers=1,
            sg=1,
            hashfxn=_stable_hash,
        )
    except RuntimeError as error:
        raise MorningError(
            f"no word occurs {options.min_count} times in the captions of training accounts"
        ) from error
    return {word: model.wv[word].copy() for word in model.wv.index_to_key}


def caption_vectors(posts: Posts, vocabulary: dict[str, np.ndarray]) -> CaptionVectors:
    """Return the mean word vector of each caption; NaN where no word is known."""
    words = posts.words()
    unknown = np.full_like(next(iter(vocabulary.values())), np.nan, dtype=np.float32)
    vectors = [vocabulary.get(word, unknown) for word in words.vocabulary]
    return CaptionVectors(words, np.array(vectors, np.float32).reshape(-1, len(unknown)))


def text_history(posts: Posts, options: WordOptions | None = None) -> History:
    """Return the averaged caption vectors of each account; see `word_vectors` and `history`."""
    return history(posts, caption_vectors(posts, word_vectors(posts, options)))


def _stable_hash(text: str) -> int:
    """Hash without the salt of Python's own, which differs from process to process."""
    value = 0
    for byte in text.encode():
        value = (value * 31 + byte) % 2**32
    return value

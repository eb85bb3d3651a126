"""Topics of captions: LDA fitted on training accounts, and the two topic blocks (section IV-A)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel, LdaModel
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from morning.errors import MorningError
from morning.features.block import Block
from morning.features.documents import IN_MEMORY, MAX_SHARE, MIN_COUNT, Documents, frequent_words
from morning.features.many import over
from morning.features.posts import Posts
from morning.files import read_json, sha256, whole_folder, write_json
from morning.guard import readable, require
from morning.guard.options import options as options_of

log = logging.getLogger(__name__)

Bag = list[tuple[int, int]]

_MOST_PASSES = 100_000
#: Documents of a shard: some seconds.
_SHARD = 5000
#: Documents whose words are counted at a time.
_BLOCK = 20_000
_ARRAYS, _ABOUT = "topics.safetensors", "topics.json"


@dataclass(frozen=True)
class TopicOptions:
    """How topics are fitted.

    The authors: 22 topics of content and 21 of audiences, 300 passes, 25 iterations, seed 123,
    fitted on all accounts (transductive).
    """

    topics: int = 22
    """Number of topics K."""
    passes: int = 30
    """Passes over the documents."""
    iterations: int = 50
    """Most iterations per document and pass."""
    min_count: int = MIN_COUNT
    """A word must occur so often in the documents that are fitted."""
    max_share: float = MAX_SHARE
    """A word that more than this share of those documents have says nothing and is dropped; it
    stands for the authors' list of 1,059 general words, which is not public."""
    emoji_words: bool = False
    """Read emoji as words, rather than dropping them."""
    transductive: bool = False
    """Fit on all accounts, test accounts too, as the authors did."""
    seed: int = 0
    """Seed of the fit and of inference."""

    def __post_init__(self) -> None:
        if min(self.topics, self.passes, self.iterations, self.min_count) < 1:
            raise MorningError("topics, passes, iterations and min_count must be at least 1")
        if not 0 < self.max_share <= 1:
            raise MorningError("max_share must be above 0, and 1 at most")
        if not 0 <= self.seed < 2**32:
            raise MorningError(f"seed must be between 0 and 2**32 - 1, not {self.seed}")
        if max(self.passes, self.iterations) > _MOST_PASSES:
            raise MorningError(f"passes and iterations must be at most {_MOST_PASSES:,}")


@dataclass(frozen=True, eq=False)
class Bags:
    """Documents as bags of known words, made anew at every reading; what gensim's LDA takes."""

    documents: Documents
    number: np.ndarray
    """Word of `documents` -> word of the model, or -1."""

    @classmethod
    def of(cls, documents: Documents, vocabulary: Sequence[str]) -> Bags:
        """Count the words of a vocabulary in documents."""
        column = {word: i for i, word in enumerate(vocabulary)}
        number = np.array([column.get(word, -1) for word in documents.vocabulary], dtype=np.int64)
        return cls(documents, number)

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Bag]:
        for i in range(len(self)):
            found = self.number[self.documents.numbers(i)]
            known, counts = np.unique(found[found >= 0], return_counts=True)
            yield list(zip(known.tolist(), counts.tolist(), strict=True))

    @cached_property
    def table(self) -> pa.Table:
        """All bags: the words of each, ascending, and how often they occur."""
        firsts = range(0, max(1, len(self)), _BLOCK)
        parts = [self._counted(i, min(i + _BLOCK, len(self))) for i in firsts]
        return _arrow(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    @property
    def known(self) -> np.ndarray:
        """Which of them have a word, bool (n,)."""
        return pc.list_value_length(self.table["words"]).to_numpy() > 0

    def _counted(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return how many words some bags have, which, and how often each occurs."""
        bounds, starts = self.documents.bounds[first : last + 1], self.documents.tokens.starts
        texts = self.documents.texts[bounds[0] : bounds[-1]]
        lengths = starts[texts + 1] - starts[texts]
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        tokens = self.documents.tokens.tokens[np.repeat(starts[texts], lengths) + within]
        bag = np.repeat(np.repeat(np.arange(last - first), np.diff(bounds)), lengths)
        words = self.number[tokens]
        size = int(self.number.max(initial=0)) + 1
        every, counts = np.unique((bag * size + words)[words >= 0], return_counts=True)
        bag, words = np.divmod(every, size)
        return np.bincount(bag, minlength=last - first), words, counts

    def filled(self) -> Bags | list[Bag]:
        """Return those that are not empty; a small collection is kept in memory."""
        if len(self) <= IN_MEMORY:
            return [bag for bag in self if bag]
        return Bags(self.documents.select(np.flatnonzero(self.known)), self.number)


class TopicModel:
    """An LDA model with its vocabulary: text in, topic distributions out.

    Parameters
    ----------
    lda : LdaModel
        gensim's model.
    vocabulary : sequence of str
        Word of each column of the model, in alphabetical order.
    options : TopicOptions
        How it was fitted.
    documents : int
        How many documents with words it was fitted on.
    """

    def __init__(
        self, lda: LdaModel, vocabulary: Sequence[str], options: TopicOptions, documents: int
    ) -> None:
        self.lda = lda
        self.vocabulary = tuple(vocabulary)
        self.options = options
        self.documents = documents

    @classmethod
    def fit(cls, documents: Documents, options: TopicOptions | None = None) -> TopicModel:
        """Fit LDA on documents; equal documents, options and machine give an equal model.

        Raises
        ------
        MorningError
            If no word is as frequent as `min_count` and `max_share` say.
        """
        options = options or TopicOptions()
        vocabulary = frequent_words(documents, options.min_count, options.max_share)
        return cls._fit(Bags.of(documents, vocabulary).filled(), vocabulary, options)

    @classmethod
    def _fit(
        cls, corpus: Bags | list[Bag], vocabulary: list[str], options: TopicOptions
    ) -> TopicModel:
        """Fit on bags that are not empty."""
        # LdaMulticore does not repeat under a seed.
        lda = LdaModel(
            corpus=corpus,
            id2word=dict(enumerate(vocabulary)),
            num_topics=options.topics,
            passes=options.passes,
            iterations=options.iterations,
            alpha="auto",
            eta="auto",
            minimum_probability=0.0,
            eval_every=None,
            random_state=options.seed,
        )
        return cls(lda, vocabulary, options, len(corpus))

    def bags(self, documents: Documents) -> Bags:
        """Return the bag of words of each document; words that the model does not know are out."""
        return Bags.of(documents, self.vocabulary)

    def transform(self, documents: Documents) -> np.ndarray:
        """Return the topic distributions of documents, seen or unseen.

        Returns
        -------
        float32 array, shape (documents, K)
            Rows sum to 1. A document without a known word gets the mean of the model's prior,
            which is what LDA infers of nothing.

        Notes
        -----
        Each document is inferred alone from the same start, so its distribution does not depend
        on its company.
        """
        return self.infer(self.bags(documents))

    def infer(self, bags: Bags | list[Bag]) -> np.ndarray:
        """Return the topic distributions of bags of words, as `transform` does of documents."""
        table = bags.table if isinstance(bags, Bags) else _table(bags)
        rows = over(table, _Topics(self), _SHARD, "topics")["topics"]
        return np.concatenate(
            [np.zeros((0, self.lda.num_topics), np.float32)]
            + [
                chunk.flatten().to_numpy().reshape(len(chunk), self.lda.num_topics)
                for chunk in rows.chunks
            ]
        )

    def topics(self) -> np.ndarray:
        """Return the word distribution of each topic, float array (K, words), rows sum to 1."""
        weights = self.lda.state.get_lambda().astype(np.float64)
        return weights / weights.sum(axis=1, keepdims=True)

    def _arrays(self) -> dict[str, np.ndarray]:
        """Return the tensors that define the model."""
        # gensim keeps the prior that it started from in the state, apart from the one that it
        # fitted, and infers with the former
        arrays = {
            "sstats": self.lda.state.sstats,
            "state_eta": self.lda.state.eta,
            "alpha": self.lda.alpha,
            "eta": self.lda.eta,
        }
        return {name: np.ascontiguousarray(array) for name, array in arrays.items()}

    @property
    def digest(self) -> str:
        """SHA-256 over the vocabulary and the model's tensors."""
        digest = hashlib.sha256("\n".join(self.vocabulary).encode())
        for _, tensor in sorted(self._arrays().items()):
            digest.update(tensor.tobytes())
        return digest.hexdigest()

    def made(self) -> dict[str, Any]:
        """Return what the manifest says of the model."""
        return {
            "name": "gensim LdaModel",
            "weights_sha256": self.digest,
            "words": len(self.vocabulary),
            "documents_fitted": self.documents,
            **asdict(self.options),
        }

    def save(self, folder: str | Path) -> None:
        """Write the model as safetensors and JSON, whole or not at all."""
        with whole_folder(folder) as temporary:
            save_file(self._arrays(), temporary / _ARRAYS)
            about = {
                "options": asdict(self.options),
                "documents": self.documents,
                "vocabulary": list(self.vocabulary),
                "sha256": sha256(temporary / _ARRAYS),
            }
            write_json(temporary / _ABOUT, about)

    @classmethod
    def load(cls, folder: str | Path) -> TopicModel:
        """Read what `save` wrote; the same texts get the same topics.

        Raises
        ------
        MorningError
            If a file is missing, damaged, or not the one that was written.
        """
        folder = Path(folder)
        with readable(folder, "a topic model", "make the run again"):
            require(folder / _ARRAYS)
            about = read_json(folder / _ABOUT, dict)
            options = options_of(TopicOptions, about["options"])
            vocabulary = [str(word) for word in about["vocabulary"]]
            if sha256(folder / _ARRAYS) != about["sha256"]:
                raise MorningError(f"{folder / _ARRAYS}: differs from what {_ABOUT} says of it")
            arrays = load_file(folder / _ARRAYS)
            _check(arrays, options.topics, vocabulary)
            documents = about["documents"]
            if type(documents) is not int or documents < 1:
                raise ValueError(f"it was fitted on {documents!r:.60} documents")
        lda = LdaModel(
            id2word=dict(enumerate(vocabulary)),
            num_topics=options.topics,
            iterations=options.iterations,
            alpha=arrays["alpha"],
            eta=arrays["eta"],
            minimum_probability=0.0,
            random_state=options.seed,
        )
        lda.state.sstats, lda.state.eta = arrays["sstats"], arrays["state_eta"]
        lda.sync_state()
        return cls(lda, vocabulary, options, documents)


@dataclass(frozen=True)
class _Topics:
    """The topics of bags of words, a step over shards of them."""

    model: TopicModel

    @property
    def key(self) -> str:
        """What decides them beside the bags."""
        return f"{self.model.digest} {self.model.options}"

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the distribution of each bag, float32 (K,)."""
        lda, seed = self.model.lda, self.model.options.seed
        gamma = np.empty((len(batch), lda.num_topics), dtype=np.float64)
        for row, (words, counts) in enumerate(
            zip(*(c.to_pylist() for c in batch.columns), strict=True)
        ):
            if words:
                lda.random_state = np.random.RandomState(seed)
                gamma[row] = lda.inference([list(zip(words, counts, strict=True))])[0][0]
            else:
                gamma[row] = lda.alpha
        shares = (gamma / gamma.sum(axis=1, keepdims=True)).astype(np.float32)
        values = pa.FixedSizeListArray.from_arrays(pa.array(shares.ravel()), lda.num_topics)
        return pa.table({"topics": values})


def _arrow(lengths: np.ndarray, words: np.ndarray, counts: np.ndarray) -> pa.Table:
    """Return bags as a table, a row for each."""
    starts = pa.array(np.append(0, np.cumsum(lengths)).astype(np.int64))
    columns = {"words": words, "counts": counts}
    return pa.table(
        {
            name: pa.LargeListArray.from_arrays(starts, pa.array(values.astype(np.int32)))
            for name, values in columns.items()
        }
    )


def _table(bags: list[Bag]) -> pa.Table:
    flat = np.array([pair for bag in bags for pair in bag], dtype=np.int64).reshape(-1, 2)
    return _arrow(np.array([len(bag) for bag in bags], dtype=np.int64), *flat.T)


def top_words(model: TopicModel, n: int = 10) -> pd.DataFrame:
    """Return the n likeliest words of each topic.

    Returns
    -------
    DataFrame
        topic (from 1, as in the topic view; column topic - 1 of the block), rank (from 1), word,
        probability.
    """
    rows = []
    for topic, distribution in enumerate(model.topics(), start=1):
        for rank, word in enumerate(np.argsort(-distribution, kind="stable")[:n], start=1):
            rows.append((topic, rank, model.vocabulary[word], float(distribution[word])))
    return pd.DataFrame(rows, columns=["topic", "rank", "word", "probability"])


def choose_topics(
    documents: Documents,
    candidates: Iterable[int] = range(20, 30),
    options: TopicOptions | None = None,
    tolerance: float = 0.01,
) -> tuple[pd.DataFrame, int]:
    """Fit a model for each number of topics and choose one.

    Parameters
    ----------
    documents : Documents
        The documents that the chosen model will be fitted on.
    candidates : iterable of int
        Numbers of topics to try.
    options : TopicOptions, optional
        All else.
    tolerance : float
        Coherences that differ by less from the best count as equal.

    Returns
    -------
    table : DataFrame
        topics, log_perplexity (bound per word on the same documents; perplexity is 2 to the power
        of its negative; higher is better) and u_mass (mean over the topics' 20 likeliest words;
        higher is better).
    chosen : int
        The best u_mass; among equals the best log_perplexity.

    Notes
    -----
    The paper considers both measures and names no rule.
    """
    options = options or TopicOptions()
    vocabulary = frequent_words(documents, options.min_count, options.max_share)
    corpus = Bags.of(documents, vocabulary).filled()
    rows = []
    for k in tqdm(list(candidates), desc="number of topics", unit="model"):
        model = TopicModel._fit(corpus, vocabulary, replace(options, topics=k))
        coherence = CoherenceModel(
            model=model.lda,
            corpus=corpus,
            dictionary=Dictionary([model.vocabulary]),
            coherence="u_mass",
            topn=min(20, len(model.vocabulary)),
        )
        rows.append((k, float(model.lda.log_perplexity(corpus)), float(coherence.get_coherence())))
    if not rows:
        raise MorningError("no number of topics to choose from")
    table = pd.DataFrame(rows, columns=["topics", "log_perplexity", "u_mass"])
    equals = table[table["u_mass"] >= table["u_mass"].max() - tolerance]
    return table, int(equals.loc[equals["log_perplexity"].idxmax(), "topics"])


def topic_block(
    posts: Posts, options: TopicOptions | None = None, model: TopicModel | None = None
) -> tuple[Block, TopicModel]:
    """Return the topics of the captions of each account's posts.

    Of its own posts that is X_t, the input of eq 8; of its audience's Y_t, the input of eq 10.

    Parameters
    ----------
    posts : Posts
    options : TopicOptions, optional
        How to fit.
    model : TopicModel, optional
        A model fitted earlier; then nothing is fitted.

    Returns
    -------
    Block
        float32 (n, K), rows sum to 1; accounts without a known word get the prior's mean.
    TopicModel
        The model, to be saved for accounts that come later.
    """
    options = model.options if model else options or TopicOptions()
    documents = posts.documents(options.emoji_words)
    if model is None:
        fitted = np.flatnonzero(posts.training | options.transductive)
        model = TopicModel.fit(documents.select(fitted), options)
    bags = model.bags(documents)
    wordless = int((~bags.known).sum())
    counts = {
        "accounts": len(documents),
        "documents_fitted": model.documents,
        "accounts_prior": wordless,
    }
    if wordless:
        log.warning(
            "%d of %d accounts have no caption with a known word and get the prior's mean",
            *(wordless, len(documents)),
        )
    made = {
        "method": "one document per account, latent Dirichlet allocation",
        "model": model.made(),
        **({"audience": asdict(posts.audience)} if posts.audience else {}),
        "counts": counts,
    }
    return Block(model.infer(bags), made, counts), model


def _check(arrays: dict[str, np.ndarray], topics: int, vocabulary: list[str]) -> None:
    """Refuse the tensors of a file that do not fit together."""
    n = len(vocabulary)
    shapes = {"sstats": (topics, n), "alpha": (topics,), "eta": (n,), "state_eta": (n,)}
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != np.float32:
            raise ValueError(f"{name} is {array.dtype} {array.shape}, expected float32 {shape}")
        least = 0 if name == "sstats" else np.finfo(np.float32).tiny  # priors are positive
        if not np.isfinite(array).all() or array.min() < least:
            raise ValueError(f"{name} has entries that are too small or not finite")
    if not all(word.isalpha() for word in vocabulary) or len(set(vocabulary)) != n:
        raise ValueError("the vocabulary has entries that are no words, or twice the same")

"""The concepts of accounts, as CATR and CAMERA see them: posts' pictures through COSMIC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from morning.errors import MorningError
from morning.features.pooling import Means, PostVectors, chunks
from morning.features.posts import Posts
from morning.features.rivals.cosmic import Cosmic, CosmicOptions, train_cosmic
from morning.features.rivals.inputs import Concepts
from morning.features.standardise import standard_columns
from morning.features.visual.blocks import OfPosts

_SEEN = 0.1  # a concept is seen where its probability exceeds this


@dataclass(frozen=True)
class Agreement:
    """How often COSMIC's likeliest concept is the one that picture and caption agree on.

    Attributes
    ----------
    pictures : int
        Of accounts that COSMIC was not trained on, with a concept in sight.
    share : float
        Of them; NaN where there is none.
    usual : float
        Share of the most frequent concept: what a guess that sees nothing reaches.
    """

    pictures: int
    share: float
    usual: float

    def __str__(self) -> str:
        if self.pictures == 0:
            return "No picture of an account that COSMIC was not trained on has a known concept."
        return (
            f"COSMIC's likeliest concept is the one that picture and caption agree on in "
            f"{self.share:.0%} of {self.pictures:,} pictures of accounts it was not trained on; "
            f"the most frequent one alone would be right in {self.usual:.0%}."
        )


class Targets:
    """The soft target of each post's picture, as CAMERA draws it up, computed where asked for.

    A softmax over the concepts seen in the picture, of the inner products of the caption with
    them. Here the vector of a concept is the mean caption of the training accounts' posts that
    show it, standardised per column, so that no outside word vectors are needed.

    Parameters
    ----------
    posts : Posts
    probabilities : PostVectors, K columns
        Of each concept in the picture; NaN where there is no picture.
    captions : PostVectors, d columns
        Vectors of the captions; NaN where no word is known.

    Attributes
    ----------
    shows : bool array, shape (posts,)
        Where a concept is seen.
    """

    def __init__(self, posts: Posts, probabilities: PostVectors, captions: PostVectors) -> None:
        if len(probabilities) != len(posts) or len(captions) != len(posts):
            raise MorningError(f"probabilities and captions need one row per post, {len(posts)}")
        self._probabilities, self._captions = probabilities, captions
        self.shows = np.zeros(len(posts), dtype=bool)
        sums, counts = np.float32(0), np.float32(0)
        for rows in chunks(len(posts)):
            seen, text, known = self._of(rows)
            self.shows[rows] = seen.any(axis=1)
            training = posts.of_training[rows] & known
            shown = seen[training].astype(np.float32)
            sums = sums + shown.T @ text[training]
            counts = counts + shown.sum(axis=0)
        self._vectors = standard_columns(sums / np.maximum(counts, 1)[:, None])  # (K, d)

    def __len__(self) -> int:
        return len(self.shows)

    def __getitem__(self, posts: np.ndarray) -> np.ndarray:
        """Return float32 (posts, K): rows sum to 1; NaN where no concept is seen."""
        seen, text, _ = self._of(posts)
        affinity = np.where(seen, text @ self._vectors.T, -np.inf)
        shows = seen.any(axis=1)
        affinity[~shows] = 0.0
        target = np.exp(affinity - affinity.max(axis=1, keepdims=True))
        target /= target.sum(axis=1, keepdims=True)
        target[~shows] = np.nan
        return target

    def _of(self, posts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is seen (posts, K), captions (posts, d), and which of these are known."""
        seen = np.nan_to_num(self._probabilities[posts]) > _SEEN
        captions = self._captions[posts]
        known = np.isfinite(captions).all(axis=1)
        return seen, np.where(known[:, None], captions, 0.0).astype(np.float32), known


@dataclass(frozen=True, eq=False)
class Distributions:
    """The concepts that COSMIC finds in the picture of each post, computed where asked for."""

    model: Cosmic
    squares: OfPosts
    """Pictures, uint8 (size, size, 3) of the model's size."""

    def __len__(self) -> int:
        return len(self.squares)

    def __getitem__(self, posts: np.ndarray) -> np.ndarray:
        """Return float32 (posts, K); NaN where there is no picture."""
        there = self.squares.there[posts]
        found = np.full((len(posts), len(self.model.table)), np.nan, dtype=np.float32)
        found[there] = self.model.distributions(self.squares.stored(posts[there]))
        return found


def fit_cosmic(
    posts: Posts,
    squares: OfPosts,
    targets: Targets,
    options: CosmicOptions | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Cosmic:
    """Train COSMIC on the pictures of training accounts; see `train_cosmic`.

    Parameters
    ----------
    posts : Posts
    squares : OfPosts
        As in `Distributions`.
    targets : Targets
    options, folder, progress
        As in `train_cosmic`.
    """
    options = options or CosmicOptions()
    rows = np.flatnonzero(posts.of_training & targets.shows)
    if len(rows) > options.pictures:
        rng = np.random.default_rng(options.seed)
        rows = np.sort(rng.choice(rows, options.pictures, replace=False))
    return train_cosmic(
        squares.stored(rows), targets[rows], options, folder=folder, progress=progress
    )


def account_concepts(
    posts: Posts, distributions: PostVectors, targets: Targets, progress: bool = True
) -> tuple[np.ndarray, Agreement]:
    """Average the concepts of posts per account, and compare them with what captions mean.

    Parameters
    ----------
    posts : Posts
    distributions : PostVectors, K columns
        A row with NaN does not count.
    targets : Targets

    Returns
    -------
    shares : float32 array, shape (n, K)
    agreement : Agreement
    """
    means = Means(len(posts.accounts))
    others = ~posts.of_training & targets.shows
    guesses, meant = [], []
    for rows in tqdm(list(chunks(len(posts))), "concepts", unit="chunk", disable=not progress):
        found = distributions[rows]
        usable = np.isfinite(found).all(axis=1)
        means.add(posts.owner[rows][usable], np.ones(usable.sum()), found[usable])
        known = others[rows] & usable
        guesses.append(found[known].argmax(axis=1))
        meant.append(targets[rows[known]].argmax(axis=1))
    return means.result(), _agreement(np.concatenate(guesses), np.concatenate(meant))


def concepts(
    posts: Posts,
    squares: OfPosts,
    probabilities: PostVectors,
    names: Sequence[str],
    captions: PostVectors,
    options: CosmicOptions | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> tuple[Concepts, Agreement]:
    """Return the concepts of every account, and how well COSMIC recognises them.

    COSMIC's table of concept vectors is standardised per column, as the released code does; that
    one takes the optimiser's moments of the table by mistake.

    Parameters
    ----------
    posts : Posts
    squares
        As in `Distributions`.
    probabilities, captions
        As in `Targets`.
    names : sequence of str, length K
    options, folder, progress
        As in `train_cosmic`.
    """
    targets = Targets(posts, probabilities, captions)
    model = fit_cosmic(posts, squares, targets, options, folder=folder, progress=progress)
    shares, agreement = account_concepts(posts, Distributions(model, squares), targets, progress)
    if shares.shape[1] != len(names):
        raise MorningError(f"{shares.shape[1]} concepts, but {len(names)} names")
    vectors = standard_columns(model.table.detach().cpu().numpy()).astype(np.float32)
    return Concepts(shares, vectors, tuple(names)), agreement


def _agreement(guesses: np.ndarray, meant: np.ndarray) -> Agreement:
    """Compare the likeliest concept of pictures with the one that is meant."""
    if len(guesses) == 0:
        return Agreement(0, float("nan"), float("nan"))
    usual = np.bincount(meant).max() / len(meant)
    return Agreement(len(meant), float((guesses == meant).mean()), float(usual))

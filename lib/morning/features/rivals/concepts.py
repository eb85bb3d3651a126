"""The concepts of accounts, as CATR and CAMERA see them: posts' pictures through COSMIC.

Rows of posts are those of `morning.features.posts.own_posts(dataset)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.featureset import account_table
from morning.features.posts import own_posts
from morning.features.rivals.cosmic import Cosmic, CosmicOptions, train_cosmic
from morning.features.rivals.inputs import Concepts
from morning.features.rivals.pictures import picture_concepts, pixels
from morning.features.rivals.posts import average
from morning.features.standardise import standard_columns
from morning.features.topics import training_accounts

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


def concept_targets(
    dataset: Dataset, probabilities: np.ndarray, captions: np.ndarray
) -> np.ndarray:
    """Return the soft target of each post's picture, as CAMERA draws it up.

    A softmax over the concepts seen in the picture, of the inner products of the caption with
    them. Here the vector of a concept is the mean caption of the training accounts' posts that
    show it, standardised per column, so that no outside word vectors are needed.

    Parameters
    ----------
    dataset : Dataset
    probabilities : float array, shape (posts, K)
        Of each concept in the picture; NaN where there is no picture.
    captions : float array, shape (posts, d)
        Vectors of the captions; NaN where no word is known.

    Returns
    -------
    float32 array, shape (posts, K)
        Rows sum to 1; NaN where no concept is seen.
    """
    posts = own_posts(dataset)
    if len(probabilities) != len(posts) or len(captions) != len(posts):
        raise MorningError(f"probabilities and captions need one row per post, {len(posts)}")
    seen = np.nan_to_num(probabilities) > _SEEN  # (posts, K)
    known = np.isfinite(captions).all(axis=1)
    text = np.where(known[:, None], captions, 0.0).astype(np.float32)
    training = _of_training(dataset) & known
    shown = seen[training].astype(np.float32)
    vectors = (shown.T @ text[training]) / np.maximum(shown.sum(axis=0), 1)[:, None]  # (K, d)
    affinity = np.where(seen, text @ standard_columns(vectors).T, -np.inf)
    shows = seen.any(axis=1)
    affinity[~shows] = 0.0
    target = np.exp(affinity - affinity.max(axis=1, keepdims=True))
    target /= target.sum(axis=1, keepdims=True)
    target[~shows] = np.nan
    return target


def fit_cosmic(
    dataset: Dataset,
    targets: np.ndarray,
    options: CosmicOptions | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> Cosmic:
    """Train COSMIC on the pictures of training accounts; see `train_cosmic`.

    Parameters
    ----------
    dataset : Dataset
    targets : float array, shape (posts, K)
        From `concept_targets`.
    options, folder, progress
        As in `train_cosmic`.
    """
    options = options or CosmicOptions()
    rows = np.flatnonzero(_of_training(dataset) & np.isfinite(targets).all(axis=1))
    if len(rows) > options.pictures:
        rng = np.random.default_rng(options.seed)
        rows = np.sort(rng.choice(rows, options.pictures, replace=False))
    kept, pictures = pixels(dataset, own_posts(dataset), rows.tolist(), options.size)
    return train_cosmic(pictures, targets[kept], options, folder=folder, progress=progress)


def account_concepts(
    dataset: Dataset, distributions: np.ndarray, vectors: np.ndarray, names: Sequence[str]
) -> Concepts:
    """Average the concepts of posts per account.

    Parameters
    ----------
    dataset : Dataset
    distributions : float array, shape (posts, K)
        From `picture_concepts`; a row with NaN does not count.
    vectors : float array, shape (K, d)
        COSMIC's table. It is standardised per column, as the released code does; that one takes
        the optimiser's moments of the table by mistake.
    names : sequence of str, length K
    """
    if distributions.shape[1] != len(names) or len(vectors) != len(names):
        raise MorningError(
            f"{distributions.shape[1]} concepts and {len(vectors)} vectors, but {len(names)} names"
        )
    usable = np.isfinite(distributions).all(axis=1)
    owner = own_posts(dataset)["owner"].to_numpy()[usable]
    share = average(owner, np.ones(len(owner)), distributions[usable], len(account_table(dataset)))
    return Concepts(share, standard_columns(vectors).astype(np.float32), tuple(names))


def concepts(
    dataset: Dataset,
    probabilities: np.ndarray,
    names: Sequence[str],
    captions: np.ndarray,
    options: CosmicOptions | None = None,
    *,
    folder: str | Path | None = None,
    progress: bool = True,
) -> tuple[Concepts, Agreement]:
    """Return the concepts of every account, and how well COSMIC recognises them.

    Parameters
    ----------
    dataset : Dataset
    probabilities, captions
        As in `concept_targets`.
    names : sequence of str, length K
    options, folder, progress
        As in `train_cosmic`.
    """
    targets = concept_targets(dataset, probabilities, captions)
    model = fit_cosmic(dataset, targets, options, folder=folder, progress=progress)
    found = picture_concepts(dataset, model, progress)
    vectors = model.table.detach().cpu().numpy()
    known = np.isfinite(found).all(axis=1) & np.isfinite(targets).all(axis=1)
    others = ~_of_training(dataset) & known
    return account_concepts(dataset, found, vectors, names), _agreement(
        found[others], targets[others]
    )


def _agreement(found: np.ndarray, targets: np.ndarray) -> Agreement:
    if len(found) == 0:
        return Agreement(0, float("nan"), float("nan"))
    meant = targets.argmax(axis=1)
    usual = np.bincount(meant).max() / len(meant)
    return Agreement(len(meant), float((found.argmax(axis=1) == meant).mean()), float(usual))


def _of_training(dataset: Dataset) -> np.ndarray:
    """Say of each post whether its account is one that topics and words are fitted on."""
    return np.isin(own_posts(dataset)["owner"], np.flatnonzero(training_accounts(dataset)))

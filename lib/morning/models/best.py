"""Profile `best`: the model that we recommend. Three perspectives, F = f + g + h + popularity.

Where the paper multiplies the blocks of a perspective and trains deep networks on a few hundred
brands, this model adds up, block by block,

- a similarity, the inner product of two comparable rows, with a weight of its own;
- an association, x_b W x_m: what a brand shows and what its partners show need not be alike;

both fitted to the choices of training brands (`morning.models.choice`), and takes off half the
logarithm of the mean odds that an influencer has with training brands: what is near to everyone
says little about one brand. That half makes F, up to a constant of the brand, the mean of
log p(influencer | brand) and log p(brand | influencer).

Every fit is convex or of five numbers, so that there is no seed, and F is an inner product of a
vector of the brand and one of the influencer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from morning.errors import MorningError
from morning.evaluation import Task, task
from morning.features import PERSPECTIVES, FeatureSet
from morning.features.block import BLOCKS, KINDS, SUBSCORES
from morning.features.comparable import Comparable, Whitening
from morning.files import read_json, whole_folder, write_json
from morning.guard import readable, require
from morning.guard.options import options as options_of
from morning.models.choice import deviations, fit_association, fit_weights

FORMAT = 1
_ARRAYS, _RECORD = "best.safetensors", "best.json"
_WIDE = ("association", "centre", "reference")  # arrays with a column per column of the blocks
_DIRECTIONS = 256  # of accounts, strongest first, that an association is between


@dataclass(frozen=True)
class BestOptions:
    """What the model is made of; the ablations change one field each."""

    shrinkage: tuple[float, ...] = (0.1, 1.0, 10.0, 100.0)
    """Candidates for how little vectors are whitened; the one that explains the training brands'
    choices best is taken. Much is hardly any."""
    weighted: bool = True
    """Fit a weight for every block; otherwise blocks weigh the same, in units of their deviation
    over pairs."""
    association: float | None = 10.0
    """Precision of the prior on the association; None leaves it out."""
    popularity: float = 0.5
    """Share of an influencer's mean odds that is taken off, as a power."""

    def __post_init__(self) -> None:
        if not self.shrinkage or min(self.shrinkage) <= 0:
            raise MorningError("shrinkage must be given and positive")
        if self.association is not None and self.association <= 0:
            raise MorningError("association must be positive, or None")
        if not 0 <= self.popularity <= 1:
            raise MorningError("popularity must be between 0 and 1")


@dataclass(frozen=True)
class Best:
    """A fitted model.

    D is the number of columns of all blocks together.

    Attributes
    ----------
    options : BestOptions
    comparable : Comparable
        From blocks to rows of length 1.
    weights : dict of block to float
        Of each block's similarity.
    association : float array, shape (D, D)
        W; zeros where there is none.
    centre : float array, shape (2, D)
        Mean row of the training brands, and of their candidates.
    reference : float array, shape (training brands, D)
        Rows of the training brands, for the odds of an influencer with everyone.
    about : dict
        What the fit says of itself: the loss of the similarity, brands and candidates.
    """

    options: BestOptions
    comparable: Comparable
    weights: Mapping[str, float]
    association: np.ndarray
    centre: np.ndarray
    reference: np.ndarray
    about: Mapping[str, Any]

    @classmethod
    def fit(cls, features: FeatureSet, options: BestOptions | None = None) -> Best:
        """Fit to the collaborations of training and validation brands: it chooses no epoch.

        Raises
        ------
        MorningError
            If there is no such brand.
        """
        options = options or BestOptions()
        with threadpool_limits(1):
            return cls._fit(features, options)

    @classmethod
    def _fit(cls, features: FeatureSet, options: BestOptions) -> Best:
        fit = task(features, features.brands("train", "validation"))
        accounts = np.concatenate([fit.brands, fit.influencers])
        loss, comparable, weights = min(
            (_similarity(features, fit, accounts, s, options.weighted) for s in options.shrinkage),
            key=lambda found: found[0],
        )
        rows = _joined(comparable(features, accounts), weights)
        brands, influencers = np.split(rows, [len(fit.brands)])
        centre = np.stack([brands.mean(axis=0), influencers.mean(axis=0)])
        association = np.zeros((rows.shape[1], rows.shape[1]))
        if options.association is not None:
            basis = _directions(rows)
            within = fit_association(
                (brands - centre[0]) @ basis,
                (influencers - centre[1]) @ basis,
                brands @ influencers.T,
                fit.positives,
                options.association,
            )
            association = basis @ within @ basis.T
        about = {"loss": loss} | fit.describe()
        return cls(options, comparable, weights, association, centre, brands, about)

    @property
    def input_sizes(self) -> Mapping[str, int]:
        """Columns of each block that it needs."""
        return self.comparable.sizes

    def rows(self, features: FeatureSet, accounts: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Return accounts as rows whose products are the weighted similarity, float64 (n, D)."""
        return _joined(self.comparable(features, accounts), self.weights)

    def score(self, features: FeatureSet, task: Task) -> dict[str, np.ndarray]:
        """Return f, g, h (those at hand), popularity and F of a task, float64 (B, M) each."""
        return self.score_rows(
            self.rows(features, task.brands), self.rows(features, task.influencers)
        )

    def score_rows(self, brands: np.ndarray, influencers: np.ndarray) -> dict[str, np.ndarray]:
        """Return the scores of `score` for accounts that are given as rows.

        Parameters
        ----------
        brands, influencers : float64 arrays, shapes (B, D) and (M, D)
            From `rows`. NaN is what is not known of an account: it adds nothing.
        """
        products = self.products(brands, influencers).values()
        scores = {
            SUBSCORES[perspective]: np.sum([x[:, c] @ y[:, c].T for x, y in products], axis=0)
            for perspective, c in self._columns().items()
        }
        everyone = np.ones((len(brands), 1))
        scores["popularity"] = everyone * self.popularity(influencers)
        return scores | {"F": np.sum(list(scores.values()), axis=0)}

    def products(
        self, brands: np.ndarray, influencers: np.ndarray
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Return the factors of similarity and association, float64 (B, D) and (M, D) each.

        The products of their columns, summed, and the popularity are the score of a pair.
        Parameters are those of `score_rows`.
        """
        return {
            "similarity": (np.nan_to_num(brands), np.nan_to_num(influencers)),
            "association": (
                self._associated(brands),
                np.nan_to_num(influencers - self.centre[1]),
            ),
        }

    def vectors(self, features: FeatureSet) -> dict[str, np.ndarray]:
        """Return vectors of all accounts in either role, float64 (n, size); F is their product.

        `size` is D + blocks + 1, see `queries` and `factors`.
        """
        rows = self.rows(features)
        brand = np.sum(list(self.queries(rows).values()), axis=0)
        return {"brand": brand, "influencer": self.factors(rows)}

    def queries(self, brands: np.ndarray) -> dict[str, np.ndarray]:
        """Return brands as vectors whose products with `factors` are f, g, h and popularity.

        A brand's vector is its own row and what its association adds; then, for each block, what
        the mean influencer takes off the association; then the share of the popularity. Parts of
        which a score is not made are 0, so that the sum of the vectors is that of F.

        Parameters
        ----------
        brands : float64 array, shape (B, D)
            From `rows`, NaN for what is not known.

        Returns
        -------
        dict of str to float64 array, shape (B, D + blocks + 1)
        """
        beyond, width, found = self._associated(brands), brands.shape[1], {}
        for perspective, columns in self._columns().items():
            vector = np.zeros((len(brands), self.factor_size))
            vector[:, columns] = (np.nan_to_num(brands) + beyond)[:, columns]
            for i, block in enumerate(self.input_sizes):
                if block in PERSPECTIVES[perspective]:
                    c = self.columns(block)
                    vector[:, width + i] = -beyond[:, c] @ self.centre[1][c]
            found[SUBSCORES[perspective]] = vector
        found["popularity"] = np.zeros((len(brands), self.factor_size))
        found["popularity"][:, -1] = 1
        return found

    def factors(self, influencers: np.ndarray) -> np.ndarray:
        """Return influencers as vectors, float64 (M, D + blocks + 1), see `queries`.

        An influencer's vector is its row, 0 for what is not known of it; then, for each block,
        whether it is known; then its popularity.

        Parameters
        ----------
        influencers : float64 array, shape (M, D)
            From `rows`, NaN for what is not known.
        """
        first = [self.columns(block)[0] for block in self.input_sizes]
        known = ~np.isnan(influencers[:, first])
        near = self.popularity(influencers)[:, None]
        return np.hstack([np.nan_to_num(influencers), known, near])

    @property
    def factor_size(self) -> int:
        """Columns of `queries` and `factors`."""
        return sum(self.input_sizes.values()) + len(self.input_sizes) + 1

    def save(self, folder: Path) -> None:
        """Write arrays and record into a new folder, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _WIDE}
        for block, whitening in self.comparable.whitening.items():
            arrays |= {f"mean.{block}": whitening.mean, f"matrix.{block}": whitening.matrix}
        record = {
            "format": FORMAT,
            "options": asdict(self.options),
            "sizes": dict(self.comparable.sizes),
            "weights": dict(self.weights),
            "about": dict(self.about),
        }
        with whole_folder(folder) as temporary:
            save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, temporary / _ARRAYS)
            write_json(temporary / _RECORD, record)

    @classmethod
    def load(cls, folder: str | Path) -> Best:
        """Read a fitted model.

        Raises
        ------
        MorningError
            If it is not there or not readable.
        """
        folder = Path(folder)
        if not is_best(folder):
            raise MorningError(f"{folder}: no fitted model here ({_RECORD}, {_ARRAYS})")
        with readable(folder, "a fitted model", "make the run again"):
            require(folder / _ARRAYS)
            record, arrays = read_json(folder / _RECORD, dict), load_file(folder / _ARRAYS)
            if record["format"] != FORMAT:
                raise ValueError(f"format {record['format']}, not {FORMAT}")
            sizes, weights, about = (dict(record[name]) for name in ("sizes", "weights", "about"))
            _require_fitting(arrays, sizes, weights)
            whitening = {
                block: Whitening(arrays[f"mean.{block}"], arrays[f"matrix.{block}"])
                for block in sizes
                if f"mean.{block}" in arrays
            }
            return cls(
                options_of(BestOptions, record["options"]),
                Comparable(sizes, whitening),
                weights,
                **{name: arrays[name] for name in _WIDE},
                about=about,
            )

    def columns(self, *blocks: str) -> np.ndarray:
        """Return which columns of a row belong to some blocks, int array."""
        own = [columns for block, columns in self._spans.items() if block in blocks]
        return np.concatenate([np.zeros(0, dtype=np.int64), *own])

    @cached_property
    def _spans(self) -> dict[str, np.ndarray]:
        """The columns of each block."""
        sizes = list(self.input_sizes.values())
        parts = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
        return dict(zip(self.input_sizes, parts, strict=True))

    def _columns(self) -> dict[str, np.ndarray]:
        """Return the columns of each perspective at hand."""
        found = {p: self.columns(*names) for p, names in PERSPECTIVES.items()}
        return {p: columns for p, columns in found.items() if len(columns)}

    def _associated(self, brands: np.ndarray) -> np.ndarray:
        """Return what the partners of brands show beyond what is alike, shape (B, D)."""
        return np.nan_to_num(brands - self.centre[0]) @ self.association

    @cached_property
    def _reference_beyond(self) -> np.ndarray:
        return self._associated(self.reference)

    def popularity(self, influencers: np.ndarray) -> np.ndarray:
        """Return what is taken off for the odds with training brands, shape (M,)."""
        odds = self.reference @ np.nan_to_num(influencers).T
        odds += self._reference_beyond @ np.nan_to_num(influencers - self.centre[1]).T
        mean = logsumexp(odds, axis=0) - np.log(len(odds))
        return -self.options.popularity * mean


def _require_fitting(
    arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int], weights: Mapping[str, float]
) -> None:
    """Refuse arrays of a file that do not fit its record, or one another."""
    if unknown := set(sizes) - set(BLOCKS):
        raise ValueError(f"no such block: {', '.join(sorted(unknown))}")
    if any(type(n) is not int or n < 1 for n in sizes.values()) or set(weights) != set(sizes):
        raise ValueError("it needs a number of columns and a weight for each block")
    if any(type(weight) is not float or weight < 0 for weight in weights.values()):
        raise ValueError("weights of blocks must be numbers that are not negative")
    width, brands = sum(sizes.values()), arrays["reference"].shape[0]
    shapes: dict[str, tuple[int, ...]] = {
        "association": (width, width),
        "centre": (2, width),
        "reference": (brands, width),
    }
    for block, n in sizes.items():
        if not KINDS[block].shares:
            shapes |= {f"mean.{block}": (n,), f"matrix.{block}": (n, n)}
    if set(arrays) != set(shapes) or brands == 0:
        raise ValueError(f"it has the arrays {', '.join(sorted(arrays))}")
    for name, array in arrays.items():
        fits = array.shape == shapes[name] and array.dtype == np.float64
        if not (fits and np.isfinite(array).all()):
            rule = f"{name} is {array.dtype} {array.shape}, or not finite; needs {shapes[name]}"
            raise ValueError(rule)


def is_best(folder: Path) -> bool:
    """Whether a folder holds a fitted model of this kind."""
    return (folder / _RECORD).is_file() and (folder / _ARRAYS).is_file()


def _similarity(
    features: FeatureSet, fit: Task, accounts: np.ndarray, shrinkage: float, weighted: bool
) -> tuple[float, Comparable, dict[str, float]]:
    """Return what similarities under a shrinkage reach, how blocks are compared, and weights."""
    comparable = Comparable.fit(features, accounts, shrinkage)
    rows = comparable(features, accounts)
    sides = [np.split(x, [len(fit.brands)]) for x in rows.values()]
    similarities = np.stack([brands @ influencers.T for brands, influencers in sides])
    scale = np.ones(len(rows))
    if not weighted:
        scale = 1 / deviations(similarities)
        similarities = np.tensordot(scale, similarities, 1)[None]
    weights, loss = fit_weights(similarities, fit.positives)
    return loss, comparable, dict(zip(rows, map(float, weights * scale), strict=True))


def _joined(rows: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Return blocks side by side, (n, D), so that a product of rows is the weighted similarity."""
    return np.hstack([x * weights[name] ** 0.5 for name, x in rows.items()])


def _directions(rows: np.ndarray) -> np.ndarray:
    """Return the strongest directions of rows about their mean, shape (D, at most 256)."""
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(rows.T, bias=True)))
    return vectors[:, np.argsort(values)[::-1][:_DIRECTIONS]]

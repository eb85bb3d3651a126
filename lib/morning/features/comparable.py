"""Blocks as rows of length 1 whose inner products say how alike two accounts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from morning.features.block import KINDS
from morning.features.featureset import FeatureSet
from morning.features.standardise import unit


@dataclass(frozen=True)
class Whitening:
    """A linear map after which a block's columns vary alike and independently.

    A mean of node vectors, as the attribute block is, has a few directions in common with nearly
    every other; its cosine measures those. Shrinkage leaves weak directions weak: they are noise
    where accounts are few.
    """

    mean: np.ndarray
    """Shape (size,)."""
    matrix: np.ndarray
    """Shape (size, size), symmetric."""

    @classmethod
    def fit(cls, x: np.ndarray, shrinkage: float) -> Whitening:
        """Return (C / mean eigenvalue + shrinkage)^(-1/2) of the covariance C of rows (n, size).

        With much shrinkage only the mean is taken out.
        """
        mean = x.mean(axis=0)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x.T, bias=True)))
        values = np.maximum(values, 0.0)
        relative = values / values.mean() if values.any() else values
        return cls(mean, vectors / np.sqrt(relative + shrinkage) @ vectors.T)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map rows, shape (n, size)."""
        return (x - self.mean) @ self.matrix


@dataclass(frozen=True)
class Comparable:
    """How every block becomes comparable: shares by their square roots, vectors whitened."""

    sizes: Mapping[str, int]
    """Columns of each block."""
    whitening: Mapping[str, Whitening]
    """Of the blocks that are vectors and not shares."""

    @classmethod
    def fit(cls, features: FeatureSet, rows: np.ndarray, shrinkage: float) -> Comparable:
        """Learn means and covariances from some accounts (row numbers); no label is used."""
        vectors = [name for name in features.blocks if not KINDS[name].shares]
        return cls(
            features.sizes(),
            {
                name: Whitening.fit(features.blocks[name][rows].astype(np.float64), shrinkage)
                for name in vectors
            },
        )

    def __call__(
        self, features: FeatureSet, accounts: np.ndarray | slice = slice(None)
    ) -> dict[str, np.ndarray]:
        """Return block -> float64 array (n, size) with rows of length 1, or 0.

        Parameters
        ----------
        features : FeatureSet
        accounts : int array, shape (n,), or slice
            Row numbers; default all.

        Raises
        ------
        MorningError
            If a block is missing or has another size.
        """
        features.require(self.sizes)
        comparable = {}
        for name in self.sizes:
            x = features.blocks[name][accounts].astype(np.float64)
            whiten = self.whitening.get(name)
            comparable[name] = unit(np.sqrt(np.maximum(x, 0.0)) if whiten is None else whiten(x))
        return comparable

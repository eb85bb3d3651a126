"""All blocks of a FeatureSet as one matrix of comparable columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from morning.errors import MorningError
from morning.features import KINDS, FeatureSet

_CONSTANT = 1e-9  # a column that deviates less is rounding error
_SMALLEST = 1e-6  # below every topic share of the released vectors; keeps the logarithm finite


def standardised(features: FeatureSet, blocks: Sequence[str] = ()) -> np.ndarray:
    """Return blocks side by side, every column with mean 0 and standard deviation 1.

    Distributions are taken as logarithms. Means and deviations are over all accounts; they
    involve no label. A constant column becomes zero.

    Parameters
    ----------
    features : FeatureSet
    blocks : sequence of str
        Which blocks; all, if none is given.

    Returns
    -------
    float64 array, shape (n, columns)
    """
    names = list(blocks) or list(features.blocks)
    if absent := [name for name in names if name not in features.blocks]:
        raise MorningError(f"this FeatureSet has no block {', '.join(absent)}")
    columns = []
    for name in names:
        block = features.blocks[name].astype(np.float64)
        if KINDS[name].distribution:
            block = np.log(np.maximum(block, _SMALLEST))
        columns.append(standard_columns(block))
    return np.concatenate(columns, axis=1)


def standard_columns(x: np.ndarray) -> np.ndarray:
    """Return columns with mean 0 and standard deviation 1; a constant one becomes zero."""
    x = x - x.mean(axis=0)
    deviation = x.std(axis=0)
    varies = deviation > _CONSTANT
    return np.where(varies, x / np.where(varies, deviation, 1.0), 0.0)


def unit(rows: np.ndarray) -> np.ndarray:
    """Return rows of length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1.0)

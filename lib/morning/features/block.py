"""What a block builder returns: vectors, how they were made, and what it had to leave out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Block:
    """One block of a FeatureSet and its provenance.

    Attributes
    ----------
    values : float32 array, shape (n, size)
        Row i belongs to row i of `morning.features.featureset.account_table(dataset)`.
    made : dict
        Model, digests of its weights, parameters and counts; goes into the manifest as JSON.
    counts : dict of str to int
        What was used and what was not (posts pooled, accounts uniform, pictures skipped …).
    skipped : tuple of (str, str)
        Pictures that could not be used and why.
    """

    values: np.ndarray
    made: dict[str, Any]
    counts: dict[str, int]
    skipped: tuple[tuple[str, str], ...] = field(default=())

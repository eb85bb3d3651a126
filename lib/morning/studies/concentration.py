"""How concentrated probability vectors are: one class, a few, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def concentration(vectors: Mapping[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    """Return how concentrated the rows of some arrays are.

    Parameters
    ----------
    vectors : mapping of name to array, shape (n, classes)
        Rows sum to one.

    Returns
    -------
    dict of name to dict
        `classes`; `largest`: the median of the largest entries; `effective` and `effective_90`:
        median and 90 % quantile of the effective number of classes, exp(entropy).
    """
    found = {}
    for name, block in vectors.items():
        p = block.astype(float)
        effective = np.exp(-(p * np.log(np.maximum(p, 1e-300))).sum(axis=1))
        found[name] = {
            "classes": p.shape[1],
            "largest": float(np.median(p.max(axis=1))),
            "effective": float(np.median(effective)),
            "effective_90": float(np.quantile(effective, 0.9)),
        }
    return found

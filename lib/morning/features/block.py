"""Blocks: which ones there are, and what a builder returns of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class BlockKind:
    """What is known of a block before it is made."""

    name: str
    """Name of the block, and of its file in a FeatureSet."""
    perspective: str
    """The perspective of the paper that it is part of."""
    paper_size: int
    """Number of columns in the paper."""
    fused: bool = True
    """Projected and multiplied with the other blocks of its perspective (eq 9 and 12)."""
    distribution: bool = False
    """Each row holds shares that sum to 1; their logarithms are what can be compared."""
    shares: bool = False
    """No entry is negative, and a row is one distribution or several side by side, so that the
    product of two rows' square roots says how much they overlap."""


#: Block name -> what it is, in the order of the perspectives. A new block is one entry here.
KINDS: dict[str, BlockKind] = {
    kind.name: kind
    for kind in (
        BlockKind("content_visual", "content", 1365, shares=True),
        BlockKind("content_topics", "content", 22, distribution=True, shares=True),
        BlockKind("audience_visual", "audience", 1365, shares=True),
        BlockKind("audience_topics", "audience", 21, distribution=True, shares=True),
        BlockKind("attribute", "attribute", 128, fused=False),
    )
}
#: Every block name, in the order of the perspectives.
BLOCKS: tuple[str, ...] = tuple(KINDS)
#: Perspective of the paper -> the blocks that represent it.
PERSPECTIVES: dict[str, tuple[str, ...]] = {
    perspective: tuple(k.name for k in KINDS.values() if k.perspective == perspective)
    for perspective in dict.fromkeys(kind.perspective for kind in KINDS.values())
}
#: Perspective -> name of its ranking sub-function (eq 25-27).
SUBSCORES = {"content": "f", "audience": "g", "attribute": "h"}


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
    counts: dict[str, int] = field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()

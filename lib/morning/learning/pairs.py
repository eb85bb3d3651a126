"""Pairs of a positive and a negative influencer."""

from __future__ import annotations

import numpy as np

from morning.evaluation import Task


def sample_pairs(
    task: Task, negatives: int, rng: np.random.Generator, *, hard: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return brands, positives and negatives as row numbers, each of shape (P · negatives,).

    Every positive of every brand is taken `negatives` times, each time with a candidate drawn
    uniformly from those that are no positive of the brand; the last `hard` times from those of
    them that are positives of a brand of its category, where there are any. A brand that worked
    with every candidate has no negative and is left out.
    """
    usable = np.logical_not(task.positives.all(axis=1))
    brand, positive = np.nonzero(task.positives & usable[:, None])
    brand, positive = np.repeat(brand, negatives), np.repeat(positive, negatives)
    negative = rng.integers(0, len(task.influencers), size=len(brand))
    while len(wrong := np.flatnonzero(task.positives[brand, negative])):
        negative[wrong] = rng.integers(0, len(task.influencers), size=len(wrong))
    if hard:
        _harden(negative.reshape(-1, negatives)[:, -hard:], brand[::negatives], task, rng)
    return task.brands[brand], task.influencers[positive], task.influencers[negative]


def _harden(negative: np.ndarray, brand: np.ndarray, task: Task, rng: np.random.Generator) -> None:
    """Redraw negatives (a view, shape (P, hard)) from the partners of the brand's category."""
    _, category = np.unique(task.categories, return_inverse=True)
    rows_of = [category == c for c in range(category.max() + 1)]
    of_category = np.array([task.positives[rows].any(axis=0) for rows in rows_of])
    for b in np.unique(brand):
        pool = np.flatnonzero(of_category[category[b]] & ~task.positives[b])
        if len(pool):
            rows = brand == b
            negative[rows] = rng.choice(pool, size=negative[rows].shape)

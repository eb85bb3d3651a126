"""Pairs of a positive and a negative influencer."""

from __future__ import annotations

import numpy as np

from morning.evaluation import Task


def sample_pairs(
    task: Task, negatives: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return brands, positives and negatives as row numbers, each of shape (P · negatives,).

    Every positive of every brand is taken `negatives` times, each time with a candidate drawn
    uniformly from those that are no positive of the brand. A brand that worked with every
    candidate has no negative and is left out.
    """
    usable = np.logical_not(task.positives.all(axis=1))
    brand, positive = np.nonzero(task.positives & usable[:, None])
    brand, positive = np.repeat(brand, negatives), np.repeat(positive, negatives)
    negative = rng.integers(0, len(task.influencers), size=len(brand))
    while len(wrong := np.flatnonzero(task.positives[brand, negative])):
        negative[wrong] = rng.integers(0, len(task.influencers), size=len(wrong))
    return task.brands[brand], task.influencers[positive], task.influencers[negative]

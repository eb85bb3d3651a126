"""Influencers on both sides of the split: is a partner that training has seen easier?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from morning.evaluation import BrandStatistics, Task, brand_statistics
from morning.roster import Roster


def seen_in_training(roster: Roster, on: Task) -> np.ndarray:
    """Return which candidates are partners of a training or validation brand, bool (M,)."""
    training = roster.brands("train", "validation")
    return roster.positives(training, on.influencers).any(axis=0)


def partners_by_training(roster: Roster, on: Task) -> dict[str, np.ndarray]:
    """Divide the positives of a task by what training has seen of the influencer.

    Returns
    -------
    dict of str to bool array, shape (B, M)
        "unseen": no partner of any training brand; "seen in another category" and "seen in the
        brand's category": partner of a training brand of such a category (one of the brand's
        own category decides).
    """
    training = roster.brands("train", "validation")
    partners = roster.positives(training, on.influencers)
    same = on.categories[:, None] == roster.categories(training)
    in_category = (same @ partners) & on.positives
    seen = partners.any(axis=0) & on.positives
    return {
        "unseen": on.positives & ~seen,
        "seen in another category": seen & ~in_category,
        "seen in the brand's category": in_category,
    }


def without_candidates(on: Task, dropped: np.ndarray) -> Task:
    """Return the task without some candidates (bool, shape (M,)) and without their pairs."""
    return replace(on, influencers=on.influencers[~dropped], positives=on.positives[:, ~dropped])


def statistics_of(scores: np.ndarray, on: Task, kept: np.ndarray) -> BrandStatistics:
    """Return what some of the positives give, the brand's other ones being out of its way.

    Parameters
    ----------
    scores : float array, shape (B, M)
    on : Task
    kept : bool array, shape (B, M)
        The positives that count. A brand's other ones go to the end of its ranking: they are
        neither found nor rivals. In the clean AUC they count as negatives that every kept one
        beats, so that it is slightly too high; the other metrics are not touched by them.
    """
    away = np.where(on.positives & ~kept, -np.inf, scores)
    return brand_statistics(away, on.positives & kept, on.categories)


def wins(scores: np.ndarray, positives: np.ndarray) -> np.ndarray:
    """Return, for each positive, the share of the brand's other candidates that it beats.

    Other positives of the brand do not count; ties count one half.

    Returns
    -------
    float array, shape (B, M)
        NaN for what is no positive, or where a brand has nothing else.
    """
    result = np.full(scores.shape, np.nan)
    for row, mine, shares in zip(scores, positives, result, strict=True):
        others = np.sort(row[~mine])
        if len(others):
            won = np.searchsorted(others, row[mine], "left")
            not_lost = np.searchsorted(others, row[mine], "right")
            shares[mine] = (won + not_lost) / (2 * len(others))
    return result

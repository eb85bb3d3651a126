"""Influencers on both sides of the split, and whether those that training has seen are easier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from morning.evaluation import BrandStatistics, Task, brand_statistics, result_row
from morning.evaluation.results import differences
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel
from morning.roster import Roster
from morning.studies.trained import statistics

ALL = "all partners"


def seen_in_training(roster: Roster, on: Task) -> np.ndarray:
    """Return which candidates are partners of a training or validation brand, bool (M,)."""
    training = roster.brands("train", "validation")
    return np.any(roster.positives(training, on.influencers), axis=0)


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


def overlap_rows(
    models: Sequence[TrainedModel], features: FeatureSet, on: Task
) -> list[dict[str, Any]]:
    """Return result rows of models with and without what training has seen of the candidates.

    Returns
    -------
    list of dict
        "all partners"; and, where some candidates are seen and some are not, "unseen partners"
        (all candidates are ranked) and "unseen candidates" (the seen ones are removed). Each
        row has `brands`, `candidates` and `positives`, how many there are; the last two have
        `difference`: metric -> how far "all partners" is ahead, value and ci95 by paired
        bootstrap over brands.
    """
    seen = seen_in_training(features, on)
    found = {ALL: statistics(list(models), features, on)}
    sizes = {ALL: on.describe()}
    if seen.any() and not seen.all():
        kept = on.positives & ~seen
        scores = [model.score(features, on)["F"] for model in models]
        found["unseen partners"] = [statistics_of(matrix, on, kept) for matrix in scores]
        sizes["unseen partners"] = on.describe() | {"positives": int(kept.sum())}
        smaller = without_candidates(on, seen)
        found["unseen candidates"] = statistics(list(models), features, smaller)
        sizes["unseen candidates"] = smaller.describe()
    rows = [result_row(name, runs) | sizes[name] for name, runs in found.items()]
    ahead = differences(found, ALL)
    for row in rows[1:]:
        row["difference"] = ahead[row["method"]]
    return rows

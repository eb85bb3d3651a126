"""Whether partners that training has seen are easier to find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from morning.evaluation import Task, brand_statistics, result_row
from morning.evaluation.overlap import UNSEEN, partners_by_training, seen_in_training
from morning.evaluation.results import differences
from morning.evaluation.uncertainty import Estimate, gap
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.studies.audit.subject import Subject
from morning.studies.trained import statistics

ALL = "all partners"


def without_candidates(task: Task, dropped: np.ndarray) -> Task:
    """Return the task without some candidates (bool, shape (M,)) and without their pairs."""
    return replace(
        task, influencers=task.influencers[~dropped], positives=task.positives[:, ~dropped]
    )


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


def seen_rows(subject: Subject) -> list[dict[str, Any]]:
    """Return result rows of the models with and without what training has seen of the candidates.

    Returns
    -------
    list of dict
        "all partners"; and, where some candidates are seen and some are not, "unseen partners"
        (all candidates are ranked) and "unseen candidates" (the seen ones are removed). Each
        row has `brands`, `candidates` and `positives`, how many there are; the last two have
        `difference`: metric -> how far "all partners" is ahead, value and ci95 over the
        same brands.
    """
    features, task = subject.features, subject.task
    seen = seen_in_training(features, task)
    found = {ALL: subject.statistics}
    sizes = {ALL: task.describe()}
    if seen.any() and not seen.all():
        kept = task.positives & ~seen
        found["unseen partners"] = [
            brand_statistics(s, task.positives, task.categories, ~seen & task.positives)
            for s in subject.scores
        ]
        sizes["unseen partners"] = task.describe() | {"positives": int(kept.sum())}
        smaller = without_candidates(task, seen)
        found["unseen candidates"] = statistics(subject.models, features, smaller)
        sizes["unseen candidates"] = smaller.describe()
    rows = [result_row(name, runs) | sizes[name] for name, runs in found.items()]
    ahead = differences(found, ALL)
    for row in rows[1:]:
        row["difference"] = ahead[row["method"]]
    return rows


@dataclass(frozen=True)
class Beaten:
    """How many of a brand's other candidates its partners beat, by what training has seen.

    Attributes
    ----------
    table : DataFrame, columns "pairs", "share beaten" and "by similarity"
        A row for each group of `evaluation.overlap.partners_by_training` that has pairs; the
        mean over seeds. Those of a brand that works with every candidate do not count: there is
        nobody to beat. The similarity has been shown no partner as such: what is easier for it
        as well is not easier because training has seen it.
    added : dict of str to Estimate
        For each other group, how much further the models are above the similarity than among
        partners that are unseen: what training on the partners themselves can have added.
    """

    table: pd.DataFrame
    added: dict[str, Estimate]


def beaten_by_training(subject: Subject) -> Beaten:
    """Return how many of a brand's other candidates its partners beat."""
    task = subject.task
    ours = np.array([wins(scores, task.positives) for scores in subject.scores])  # (seeds, B, M)
    similarity = ranker("similarity").fit(Inputs(subject.features)).score(task)
    alike = wins(similarity, task.positives)
    known = ~np.isnan(alike)
    groups = partners_by_training(subject.features, task)
    groups = {name: pairs & known for name, pairs in groups.items() if (pairs & known).any()}
    rows = {
        name: {
            "pairs": pairs.sum(),
            "share beaten": ours[:, pairs].mean(),
            "by similarity": alike[pairs].mean(),
        }
        for name, pairs in groups.items()
    }
    unseen = groups.pop(UNSEEN, None)
    added = {} if unseen is None else {n: gap(ours - alike, g, unseen) for n, g in groups.items()}
    return Beaten(pd.DataFrame(rows, index=["pairs", "share beaten", "by similarity"]).T, added)

"""What is ranked."""

from __future__ import annotations

import numpy as np

from morning.errors import counted
from morning.evaluation import Task
from morning.evaluation.overlap import count_overlap
from morning.roster import Roster
from morning.studies.dataset import partners_by_category


def task_size(task: Task) -> str:
    """Return how many brands rank how many candidates, and how many pairs are positive."""
    sizes = task.describe()
    pairs = sizes["brands"] * sizes["candidates"]
    return (
        f"Every one of **{sizes['brands']} test brands** ranks **{sizes['candidates']} "
        f"candidates**; {sizes['positives']} of the {pairs:,} pairs are positive "
        f"({sizes['positives'] / pairs:.1%})."
    )


def who_worked_with_whom(roster: Roster, task: Task) -> list[str]:
    """Return who worked with whom, and how separate training and test are."""
    partners = roster.positives(roster.brands(), roster.influencers())
    per_test_brand = task.positives.sum(axis=1)
    overlap = count_overlap(roster)
    said = [
        f"{counted(len(partners), 'brand')} worked with {counted(partners.shape[1], 'influencer')} "
        f"in {counted(int(partners.sum()), 'collaboration')}; half the brands have at most "
        f"{np.median(partners.sum(axis=1)):.0f} partners.",
        f"{counted(len(task.brands), 'brand')} are kept for the test. Each ranks "
        f"{len(task.influencers):,} candidates, of whom {np.median(per_test_brand):.0f} (median) "
        "are its partners.",
    ]
    if overlap["test_positives"]:
        share = overlap["seen"] / overlap["test_positives"]
        said.append(
            f"Test brands are new, their partners not always: {share:.0%} of them worked with a "
            "training brand as well."
        )
    counts = partners_by_category(roster)
    several = counts[counts.sum(axis=1) > 1]
    if len(several):
        faithful = ((several > 0).sum(axis=1) == 1).mean()
        said.append(
            f"Of the {counted(len(several), 'influencer')} with two or more brands, "
            f"{faithful:.0%} stay within one category."
        )
    return said

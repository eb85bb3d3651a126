"""How separate training and test are: influencers on both sides of the split."""

from __future__ import annotations

import numpy as np

from morning.evaluation.protocol import Task
from morning.roster import Roster

#: The group of partners that no training brand has worked with.
UNSEEN = "unseen"


def count_overlap(roster: Roster) -> dict[str, int]:
    """Count influencers and test positives that training has seen.

    Returns
    -------
    dict of str to int
        `influencers_both`: partners of training and of test brands; `multi_brand`: partners of
        more than one brand; `test_positives`; `seen`: those whose influencer is a training
        partner; `seen_same_category`: of those, how many of a training brand of the test
        brand's category.
    """
    train, test = roster.brands("train", "validation"), roster.brands("test")
    influencers = roster.influencers()
    in_train = roster.positives(train, influencers)
    in_test = roster.positives(test, influencers)
    same = roster.categories(test)[:, None] == roster.categories(train)
    of_category = same @ in_train  # (test brands, influencers)
    known = in_train.any(axis=0)
    return {
        "influencers_both": int((known & in_test.any(axis=0)).sum()),
        "multi_brand": int((in_train.sum(axis=0) + in_test.sum(axis=0) > 1).sum()),
        "test_positives": int(in_test.sum()),
        "seen": int((in_test & known).sum()),
        "seen_same_category": int((in_test & of_category).sum()),
    }


def seen_in_training(roster: Roster, task: Task) -> np.ndarray:
    """Return which candidates are partners of a training or validation brand, bool (M,)."""
    training = roster.brands("train", "validation")
    return np.any(roster.positives(training, task.influencers), axis=0)


def partners_by_training(roster: Roster, task: Task) -> dict[str, np.ndarray]:
    """Divide the positives of a task by what training has seen of the influencer.

    Returns
    -------
    dict of str to bool array, shape (B, M)
        "unseen": no partner of any training brand; "seen in another category" and "seen in the
        brand's category": partner of a training brand of such a category (one of the brand's
        own category decides).
    """
    training = roster.brands("train", "validation")
    partners = roster.positives(training, task.influencers)
    same = task.categories[:, None] == roster.categories(training)
    in_category = (same @ partners) & task.positives
    seen = partners.any(axis=0) & task.positives
    return {
        UNSEEN: task.positives & ~seen,
        "seen in another category": seen & ~in_category,
        "seen in the brand's category": in_category,
    }

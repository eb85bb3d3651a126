"""How separate training and test are: influencers on both sides of the split."""

from __future__ import annotations

from morning.roster import Roster


def overlap(roster: Roster) -> dict[str, int]:
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

"""Influencers on both sides of the split."""

import numpy as np
import pandas as pd
import pytest
from morning.evaluation import official_task
from morning.evaluation.overlap import count_overlap, partners_by_training, seen_in_training
from morning.roster import Roster
from toys.audited import shared

PAIRS = ["Au", "Av", "Bw", "Cu", "Cv", "Cw", "Du", "Dx"]


def world(splits, pairs=PAIRS) -> Roster:
    brands = zip("ABCD", ["shoes", "food", "shoes", "cars"], splits, strict=True)
    rows = [(b, "brand", c, s) for b, c, s in brands]
    rows += [(m, "influencer", None, None) for m in "uvwx"]
    return Roster(
        accounts=pd.DataFrame(rows, columns=["account_id", "role", "category", "split"]),
        collaborations=pd.DataFrame(map(list, pairs), columns=["brand_id", "influencer_id"]),
    )


@pytest.mark.parametrize("second", ["train", "validation"])
def test_counts_by_hand(second):
    assert count_overlap(world(["train", second, "test", "test"])) == {
        "influencers_both": 3,  # u, v, w
        "multi_brand": 3,  # u with A, C, D; v with A, C; w with B, C
        "test_positives": 5,
        "seen": 4,  # Cu, Cv, Cw, Du
        "seen_same_category": 2,  # Cu, Cv through A
    }


def test_the_category_has_to_be_that_of_the_training_brand():
    counts = count_overlap(world(["train", "train", "test", "test"], ["Bu", "Cu", "Ax", "Dx"]))
    assert (counts["seen"], counts["seen_same_category"]) == (2, 0)


@pytest.mark.parametrize("split", ["train", "test"])
def test_one_side_only_overlaps_nowhere(split):
    counts = count_overlap(world([split] * 4))
    assert counts["multi_brand"] == 3
    assert counts["test_positives"] == (8 if split == "test" else 0)
    assert counts["influencers_both"] == counts["seen"] == counts["seen_same_category"] == 0


def test_who_is_seen_and_in_which_category():
    features = shared()
    on = official_task(features)
    names = features.accounts["account_id"].to_numpy()[on.influencers]
    seen = names[seen_in_training(features, on)]
    assert sorted(seen) == ["test-influencer-0-0", "test-influencer-0-1"]
    groups = partners_by_training(features, on)
    # Two test brands of group 0 work with each of the two seen influencers.
    assert [mask.sum() for mask in groups.values()] == [8 * 3 - 4, 2, 2]
    column = int(np.flatnonzero(names == "test-influencer-0-0")[0])
    assert groups["seen in the brand's category"][:, column].sum() == 2


def test_groups_divide_the_positives():
    features = shared()
    on = official_task(features)
    masks = list(partners_by_training(features, on).values())
    assert (np.sum(masks, axis=0) == on.positives).all()


@pytest.mark.mirror
def test_the_benchmark(benchmark):
    assert count_overlap(benchmark) == {
        "influencers_both": 124,
        "multi_brand": 344,
        "test_positives": 824,
        "seen": 146,
        "seen_same_category": 118,
    }

"""Who there is and who worked with whom."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features import FeatureSet
from morning.roster import Roster


def test_brands_by_split(tiny_features: Callable[..., FeatureSet]):
    roster = tiny_features()
    assert len(roster) == 10
    assert roster.brands().tolist() == [0, 1, 2, 3, 4, 5]
    assert roster.brands("train").tolist() == [0, 1, 2]
    assert roster.brands("train", "validation").tolist() == [0, 1, 2, 3]
    assert roster.brands("nonsense").tolist() == []
    assert roster.influencers().tolist() == [6, 7, 8, 9]


def test_categories_follow_the_rows(tiny_features: Callable[..., FeatureSet]):
    roster = tiny_features()
    assert roster.categories(np.array([5, 0, 0])).tolist() == ["food", "auto", "auto"]
    none = roster.categories(np.array([], dtype=int))
    assert none.dtype.kind == "U"
    assert none.tolist() == []


def test_rows_of_ids(tiny_features: Callable[..., FeatureSet]):
    roster = tiny_features()
    assert roster.rows(["m4", "b1", "m4"]).tolist() == [9, 0, 9]
    assert roster.rows(iter(())).tolist() == []
    with pytest.raises(MorningError, match=r"unknown account: x, y"):
        roster.rows(["b1", "x", "y"])


def test_positives(tiny_features: Callable[..., FeatureSet]):
    roster = tiny_features()
    matrix = roster.positives(np.array([5, 0, 3]), np.array([9, 6, 7]))  # b6 b1 b4 × m4 m1 m2
    assert matrix.tolist() == [[True, False, True], [False, True, False], [False, True, True]]
    assert roster.positives(np.array([], int), roster.influencers()).shape == (0, 4)


def test_positives_without_any_collaboration(tiny_features: Callable[..., FeatureSet]):
    roster = tiny_features()
    nobody = Roster(roster.accounts, roster.collaborations.iloc[:0])
    assert not nobody.positives(roster.brands(), roster.influencers()).any()


@given(data=st.data(), n_brands=st.integers(1, 6), n_influencers=st.integers(1, 6))
def test_positives_are_the_pairs_whatever_the_order(
    data: st.DataObject, n_brands: int, n_influencers: int
):
    brands = [f"b{i}" for i in range(n_brands)]
    influencers = [f"m{i}" for i in range(n_influencers)]
    pair = st.tuples(st.sampled_from(brands), st.sampled_from(influencers))
    pairs = data.draw(st.sets(pair))
    order = data.draw(st.permutations(brands + influencers))
    roster = Roster(
        pd.DataFrame(
            {
                "account_id": order,
                "role": ["brand" if name[0] == "b" else "influencer" for name in order],
                "category": "c",
                "split": "train",
            }
        ),
        pd.DataFrame(sorted(pairs), columns=["brand_id", "influencer_id"]),
    )
    rows, columns = roster.brands(), roster.influencers()
    found = {
        (order[rows[i]], order[columns[j]])
        for i, j in zip(*np.nonzero(roster.positives(rows, columns)), strict=True)
    }
    assert found == pairs

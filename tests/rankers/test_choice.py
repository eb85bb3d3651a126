"""One rule for choosing a setting."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.rankers.choice import best_setting
from toys import rivals as worlds

AUC = st.one_of(st.just(float("nan")), st.floats(0, 1))


@given(st.lists(AUC, min_size=1, max_size=7))
def test_the_first_of_the_best_or_the_middle(reached):
    candidates = list(range(len(reached)))
    chosen = best_setting(candidates, reached.__getitem__)
    known = [i for i in candidates if not np.isnan(reached[i])]
    if len(candidates) > 1 and known:
        best = max(reached[i] for i in known)
        assert chosen == min(i for i in known if reached[i] == best)
    else:
        assert chosen == candidates[len(candidates) // 2]


def test_nothing_is_tried_where_there_is_nothing_to_choose():
    def fail(_):
        raise AssertionError

    assert best_setting([3], fail) == 3
    assert best_setting([1, 2, 3], None) == 2


@pytest.mark.parametrize(
    ("name", "about", "middle"),
    [
        ("ridge-bilinear", "penalty", 1e-1),
        ("category-predictor", "strength", 1e-2),
        ("nearest-brands", "neighbours", 10),
    ],
)
def test_validation_brands_without_an_auc_choose_the_middle(name, about, middle):
    """One validation brand has nothing to compare with: the promise of the docstrings."""
    world = worlds.world()
    accounts = world.features.accounts.copy()
    others = accounts.index[accounts["split"] == "validation"][1:]
    accounts.loc[others, "split"] = "test"
    lonely = replace(world, features=replace(world.features, accounts=accounts))
    assert worlds.quick(name).fit(lonely, progress=False).about[about] == middle

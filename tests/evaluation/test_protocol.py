"""Candidate pools and validation brands."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.evaluation import mark_validation, official_task, task, training_task
from morning.evaluation.protocol import caution
from morning.roster import Roster
from toys.vectors import checkerboard


def roster(brands, pairs, influencers="uvwxyz") -> Roster:
    """Return a roster from {brand: (category, split)} and pairs; influencers come in between."""
    rows = [(m, "influencer", None, None) for m in influencers[:2]]
    rows += [(b, "brand", c, s) for b, (c, s) in brands.items()]
    rows += [(m, "influencer", None, None) for m in influencers[2:]]
    return Roster(
        accounts=pd.DataFrame(rows, columns=["account_id", "role", "category", "split"]),
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
    )


@pytest.fixture
def world() -> Roster:
    brands = {
        "A": ("shoes", "train"),
        "B": ("food", "test"),
        "C": ("shoes", "test"),
        "D": ("food", "validation"),
    }
    pairs = [("A", "u"), ("B", "v"), ("B", "y"), ("C", "y"), ("C", "z"), ("D", "w")]
    return roster(brands, pairs)


def names(world, rows):
    return world.accounts["account_id"].iloc[rows].tolist()


class TestTask:
    def test_candidates_are_the_union_of_the_positives(self, world):
        official = official_task(world)
        assert names(world, official.brands) == ["B", "C"]
        assert names(world, official.influencers) == ["v", "y", "z"]
        assert official.positives.tolist() == [[True, True, False], [False, True, True]]
        assert official.categories.tolist() == ["food", "shoes"]
        assert official.describe() == {"brands": 2, "candidates": 3, "positives": 4}

    def test_all_influencers_on_demand(self, world):
        everyone = official_task(world, "all")
        assert names(world, everyone.influencers) == list("uvwxyz")
        assert everyone.positives.sum() == 4
        assert everyone.positives[0].tolist() == [False, True, False, False, True, False]

    def test_brands_keep_the_order_asked_for(self, world):
        rows = world.rows(["C", "A"])
        chosen = task(world, rows)
        assert names(world, chosen.brands) == ["C", "A"]
        assert chosen.positives.tolist() == [[False, True, True], [True, False, False]]
        assert chosen.categories.tolist() == ["shoes", "shoes"]

    def test_unknown_pool(self, world):
        with pytest.raises(
            MorningError, match="unknown candidate pool 'both'; known are split, all"
        ):
            official_task(world, "both")

    def test_no_brand(self, world):
        with pytest.raises(MorningError, match="no brand to rank for"):
            task(world, np.array([], int))

    def test_no_test_brand(self):
        with pytest.raises(MorningError, match="no brand with split = test"):
            official_task(roster({"A": ("shoes", "train")}, [("A", "u")]))


def test_no_training_brand():
    with pytest.raises(MorningError, match="no brand with split = train"):
        training_task(roster({"A": ("a", "test")}, []))


def split_training(roster, fraction=0.1, seed=0):
    """The brands to fit and to validate on, as they were once drawn by whoever trained."""
    training = roster.brands("train")
    wanted = int(len(training) * fraction)
    categories = pd.Series(roster.categories(training))
    rng = np.random.default_rng(seed)
    shuffled = pd.Series(rng.permutation(len(training)))
    turn = shuffled.groupby(categories.loc[shuffled].to_numpy()).cumcount()
    shuffled = shuffled.iloc[np.argsort(turn.to_numpy(), kind="stable")]
    held_out = np.sort(shuffled.to_numpy()[:wanted])
    return np.delete(training, held_out), training[held_out]


class TestMarkValidation:
    def test_validation_brands_of_the_split_are_kept(self, world):
        assert mark_validation(world, 0.9) is world

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=40),
        st.floats(0, 0.99),
        st.integers(0, 5),
    )
    def test_spread_evenly_and_never_test(self, categories, fraction, seed):
        brands = {f"t{i}": (c, "train") for i, c in enumerate(categories)}
        brands |= {"test": ("a", "test")}
        world = roster(brands, [])
        marked = mark_validation(world, fraction, seed)
        fit, held = marked.brands("train"), marked.brands("validation")
        assert sorted([*fit, *held]) == world.brands("train").tolist()
        assert len(held) == int(len(categories) * fraction)
        assert marked.brands("test").tolist() == world.brands("test").tolist()
        size = {c: categories.count(c) for c in set(categories)}
        taken = {c: int((world.categories(held) == c).sum()) for c in size}
        for c in size:  # a category is behind another only when it is used up
            assert taken[c] >= max(taken.values()) - 1 or taken[c] == size[c]
        expected = split_training(world, fraction, seed)
        assert [fit.tolist(), held.tolist()] == [rows.tolist() for rows in expected]

    def test_seeds_differ(self):
        world = roster({f"t{i}": ("a", "train") for i in range(40)}, [])
        held = {tuple(mark_validation(world, 0.5, seed).brands("validation")) for seed in range(5)}
        assert len(held) == 5

    def test_without_training_brands_nothing_is_marked(self):
        world = roster({"A": ("a", "test")}, [])
        assert mark_validation(world) is world

    @pytest.mark.parametrize("kind", [object, "category", "str"])
    def test_marked_brands_stay_those_whatever_is_asked_for_later(self, kind):
        world = roster({f"t{i}": ("ab"[i % 2], "train") for i in range(11)}, [])
        world.accounts["split"] = world.accounts["split"].astype(kind)
        marked = mark_validation(world, 0.3)
        assert len(marked.brands("validation")) == 3
        assert mark_validation(marked, 0.9) is marked
        assert len(world.brands("validation")) == 0
        assert marked.brands("train", "validation").tolist() == world.brands("train").tolist()
        assert marked.accounts["split"].isna().equals(world.accounts["split"].isna())

    def test_any_index(self):
        world = roster({f"t{i}": ("ab"[i % 2], "train") for i in range(11)}, [])
        held = mark_validation(world, 0.3).brands("validation")
        world.accounts.index = world.accounts.index[::-1] + 5
        assert mark_validation(world, 0.3).brands("validation").tolist() == held.tolist()


@pytest.mark.mirror
class TestBenchmark:
    def test_official_task(self, official):
        assert official.describe() == {"brands": 74, "candidates": 797, "positives": 824}
        partners = np.bincount(official.positives.sum(axis=0))
        assert partners.tolist() == [0, 781, 10, 2, 3, 1]
        per_brand = official.positives.sum(axis=1)
        assert (per_brand.min(), np.median(per_brand), per_brand.max()) == (3, 11, 31)

    def test_all_influencers(self, benchmark):
        assert official_task(benchmark, "all").describe()["candidates"] == 3_748

    def test_validation_brands(self, benchmark, official):
        marked = mark_validation(benchmark)
        fit, held = marked.brands("train"), marked.brands("validation")
        assert (len(fit), len(held)) == (258, 28)
        assert set(held) <= set(benchmark.brands("train"))
        assert not {*fit, *held} & set(official.brands)
        _, counts = np.unique(benchmark.categories(held), return_counts=True)
        assert sorted(counts) == [2] * 8 + [3] * 4

    def test_training_task(self, benchmark):
        assert training_task(benchmark).describe() == {
            "brands": 286,
            "candidates": 3_075,
            "positives": 3_385,
        }


def test_a_single_test_brand_ranks_everyone():
    board = checkerboard()
    accounts = board.accounts.copy()
    accounts.loc[board.brands("test")[1:], "split"] = "train"
    board = replace(board, accounts=accounts)
    found = official_task(board)
    assert found.pool == "all"
    assert len(found.influencers) == len(board.influencers())
    assert 0 < found.positives.sum() < found.positives.size


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 test brand,"), (2, "2 test brands,"), (20, "")]
)
def test_few_test_brands_are_said_to_be_few(number, said):
    brands = {f"B{k}": ("food", "test") for k in range(number)}
    sentence = caution(roster(brands, [(name, "u") for name in brands]))
    assert sentence.startswith(f"With {said}") if said else sentence == ""

"""Shortlists: what filters remove, how unlike the chosen are, what a budget buys."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.recommend.shortlist import diverse, filtered, within_budget

TABLE = pd.DataFrame(
    {
        "influencer_id": ["ann", "ben", "cleo"],
        "followers": pd.array([900, None, 90_000], dtype="Int64"),
        "language": ["en", "pt", None],
    }
)


class TestFiltered:
    def test_each_says_what_it_removed(self):
        kept, said = filtered(TABLE, ["followers < 50000", 'language == "en"'])
        assert list(kept["influencer_id"]) == ["ann"]
        assert said == ["followers < 50000: 2 accounts removed.",
                        'language == "en": 0 accounts removed.']  # fmt: skip

    def test_none(self):
        kept, said = filtered(TABLE, [])
        pd.testing.assert_frame_equal(kept, TABLE)
        assert said == []

    def test_a_column_that_is_not_there(self):
        with pytest.raises(MorningError, match="no column 'follower'; is followers meant"):
            filtered(TABLE, ["follower < 10"])

    @pytest.mark.parametrize(
        "condition", ["followers <", "followers + 1", "x = 3", "@pd", "__import__('os')", ""]
    )
    def test_what_is_no_condition(self, condition):
        with pytest.raises(MorningError):
            filtered(TABLE, [condition])


@pytest.mark.parametrize(
    "condition",
    [
        "followers.map.__globals__.get('sys').modules.get('os').system('touch {}') == 0",
        "followers.to_csv('{}') == 1",
        "__import__('os').system('touch {}')",
        "[x for x in (1,)] == 1",
        "(lambda: 1)() == 1",
        "@followers > 1",
        "followers[0] == 1",
        "followers < 10**10**8",
        "'a' * 1000000000 == language",
        "language * 1000000000 == 'en'",
        "(1,) * 1000000000 == followers",
        "followers < " + "1" * 2000,
        "(followers < 3",
        "((((" * 200 + "1" + "))))" * 200,
        "followers < 1; followers",
        "\x00",
    ],
)
def test_no_condition_runs_code_or_fills_the_memory(condition, tmp_path):
    table = pd.DataFrame({"followers": [1, 2], "language": ["en", "de"]})
    with pytest.raises(MorningError):
        filtered(table, [condition.format(tmp_path / "written")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "condition",
    [
        "followers < 10 and language in ['en', 'fr']",
        "ok",
        "not (followers >= 2 or language == 'de')",
        "-followers * 2 + 1 > -10",
        "(followers < 10) & ok",
        "1 <= followers < 10",
        "`a b` < 2",
        "language != 'de'",
    ],
)
def test_what_a_condition_may_be(condition):
    table = pd.DataFrame(
        {"followers": [1, 20], "language": ["en", "de"], "ok": [True, False], "a b": [1.5, 2.5]}
    )
    kept, (said,) = filtered(table, [condition])
    assert kept["followers"].tolist() == [1]
    assert said.endswith("1 account removed.")


class TestDiverse:
    scores = np.array([1.0, 0.9, 0.5])
    alike = np.array([[1, 0.99, 0.1], [0.99, 1, 0.1], [0.1, 0.1, 1]])

    def test_by_score_alone(self):
        assert diverse(self.scores, self.alike, 3, 0.0).tolist() == [0, 1, 2]

    def test_the_best_comes_first_and_its_double_last(self):
        assert diverse(self.scores, self.alike, 3, 0.6).tolist() == [0, 2, 1]

    def test_no_more_than_there_are(self):
        assert len(diverse(self.scores, self.alike, 9, 0.5)) == 3
        assert len(diverse(np.zeros(0), np.zeros((0, 0)), 9, 0.5)) == 0

    @pytest.mark.parametrize("dial", [-0.1, 1.1, float("nan")])
    def test_the_dial_ends(self, dial):
        with pytest.raises(MorningError, match="from 0 to 1"):
            diverse(self.scores, self.alike, 2, dial)

    @given(st.integers(1, 12), st.floats(0, 1), st.integers(0, 99))
    def test_nobody_twice(self, n, dial, seed):
        rng = np.random.default_rng(seed)
        chosen = diverse(rng.normal(size=n), rng.random((n, n)), n, dial)
        assert sorted(chosen) == list(range(n))


class TestBudget:
    @given(st.data())
    def test_no_choice_is_better(self, data):
        n = data.draw(st.integers(1, 9))
        chances = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
        costs = np.array(data.draw(st.lists(st.integers(0, 50), min_size=n, max_size=n)), float)
        budget, most = data.draw(st.integers(0, 120)), data.draw(st.integers(0, n))
        chosen = within_budget(chances, costs, budget, most)
        assert costs[chosen].sum() <= budget
        assert chosen.sum() <= most
        best = max(
            chances[list(some)].sum()
            for size in range(most + 1)
            for some in itertools.combinations(range(n), size)
            if costs[list(some)].sum() <= budget
        )
        assert chances[chosen].sum() == pytest.approx(best, abs=1e-6)

    def test_unknown_costs_are_never_chosen(self):
        chosen = within_budget(np.array([0.9, 0.1]), np.array([np.nan, 5.0]), 10)
        assert chosen.tolist() == [False, True]

    def test_no_more_than_one_account_below_what_parts_of_accounts_would_bring(self):
        rng = np.random.default_rng(0)
        chances, costs = rng.random(1000), rng.integers(50, 5000, 1000).astype(float)
        chosen = within_budget(chances, costs, 100_000)
        order = np.argsort(-chances / costs)
        parts = np.diff(np.minimum(np.cumsum(costs[order]), 100_000), prepend=0) / costs[order]
        bound = parts @ chances[order]
        assert costs[chosen].sum() <= 100_000
        assert bound - chances.max() <= chances[chosen].sum() <= bound + 1e-6

    @pytest.mark.parametrize(("costs", "budget"), [([-1.0], 5), ([1.0], -5), ([1.0], np.nan)])
    def test_nothing_negative(self, costs, budget):
        with pytest.raises(MorningError, match="negative"):
            within_budget(np.array([0.5]), np.array(costs), budget)

    def test_too_many(self):
        with pytest.raises(MorningError, match="10,000 accounts at most"):
            within_budget(np.ones(10_001), np.ones(10_001), 1)

"""Eq 4 and 5 by hand, and what must hold of any input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.pooling import keep_confident, pool
from morning.features.posts import AudienceOptions, audience_posts, choose, own_posts
from scipy import sparse


def test_the_threshold_is_strict():
    probabilities = sparse.csr_matrix(np.array([[0.1, 0.125, 0.0625]]))
    np.testing.assert_array_equal(keep_confident(probabilities, 0.1).toarray(), [[0, 0.125, 0]])
    np.testing.assert_array_equal(keep_confident(probabilities, 0.125).toarray(), [[0, 0, 0]])


def test_keep_confident_leaves_its_input_alone():
    probabilities = sparse.csr_matrix(np.array([[0.05, 0.5]]))
    keep_confident(probabilities, 0.1)
    np.testing.assert_array_equal(probabilities.toarray(), [[0.05, 0.5]])


def test_pooling_by_hand():
    vectors = sparse.csr_matrix(np.array([[0.5, 0.25, 0], [0.25, 0, 0], [0, 0, 0]]))
    owners = np.array([0, 0, 0, 2])  # account 0 has pictures 0, 1 and 1 again; account 2 has 2
    values, uniform = pool(owners, np.array([0, 1, 1, 2]), vectors, 3)
    expected = [[1 / 1.25, 0.25 / 1.25, 0], [1 / 3] * 3, [1 / 3] * 3]
    np.testing.assert_allclose(values, expected, rtol=1e-7)
    assert values.dtype == np.float32
    assert uniform.tolist() == [False, True, True]


def test_nothing_to_pool_is_uniform():
    empty = np.array([], dtype=np.int64)
    values, uniform = pool(empty, empty, sparse.csr_matrix((0, 4), dtype=np.float32), 2)
    np.testing.assert_array_equal(values, np.full((2, 4), 0.25))
    assert uniform.all()


def test_negative_vectors_are_refused():
    with pytest.raises(MorningError, match="negative"):
        pool(np.array([0]), np.array([0]), sparse.csr_matrix(np.array([[-1.0, 2.0]])), 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.integers(1, 6))
def test_rows_sum_to_one_in_any_order_of_posts(seed, posts, n):
    rng = np.random.default_rng(seed)
    vectors = keep_confident(sparse.csr_matrix(rng.dirichlet(np.full(5, 0.3), size=7)), 0.1)
    owners, pictures = rng.integers(n, size=posts), rng.integers(7, size=posts)
    values, uniform = pool(owners, pictures, vectors, n)
    np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(uniform, ~np.isin(np.arange(n), owners))
    order = rng.permutation(posts)
    again, _ = pool(owners[order], pictures[order], vectors, n)
    np.testing.assert_allclose(again, values, atol=1e-7)


def world(audience=6, posts=5, influencers=("i", "j")) -> Dataset:
    fans = [f"fan{k}" for k in range(audience)]
    accounts = pd.DataFrame(
        {
            "account_id": ["b", *influencers, *fans],
            "role": ["brand"] + ["influencer"] * len(influencers) + ["audience"] * audience,
            "category": ["food"] + [None] * (len(influencers) + audience),
            "split": ["train"] + [None] * (len(influencers) + audience),
        }
    )
    written = [(f"{f}-{k}", f, f"caption {k}") for f in fans for k in range(posts)]
    return Dataset(
        accounts=accounts,
        collaborations=pd.DataFrame({"brand_id": ["b"], "influencer_id": ["i"]}),
        posts=pd.DataFrame(written, columns=["post_id", "account_id", "caption"]),
        audiences=pd.DataFrame(
            [(owner, f) for owner in ("b", *influencers) for f in fans],
            columns=["account_id", "audience_id"],
        ),
    ).validate()


def test_own_posts_are_those_of_brands_and_influencers():
    dataset = world(posts=2)
    assert len(own_posts(dataset)) == 0
    dataset.posts.loc[[3, 5, 7], "account_id"] = ["j", "b", "j"]
    chosen = own_posts(dataset)
    assert chosen["owner"].tolist() == [2, 0, 2]  # the accounts are b, i, j
    assert chosen["post_id"].tolist() == dataset.posts.loc[[3, 5, 7], "post_id"].tolist()


def test_the_audience_has_q_accounts_and_l_posts_each():
    chosen = audience_posts(world(), AudienceOptions(accounts=4, posts=2))
    assert chosen["owner"].value_counts().to_dict() == {0: 8, 1: 8, 2: 8}
    per_member = chosen.groupby(["owner", "account_id"])["post_id"].nunique()
    assert (per_member == 2).all()
    assert (per_member.groupby("owner").size() == 4).all()


def test_a_small_audience_is_taken_whole():
    chosen = audience_posts(world(audience=2, posts=1), AudienceOptions())
    assert chosen.loc[chosen["owner"] == 0, "post_id"].tolist() == ["fan0-0", "fan1-0"]


def test_the_audience_choice_repeats_and_depends_on_the_seed():
    options = AudienceOptions(accounts=3, posts=2, seed=1)
    first, second = audience_posts(world(), options), audience_posts(world(), options)
    pd.testing.assert_frame_equal(first, second)
    other = audience_posts(world(), AudienceOptions(accounts=3, posts=2, seed=2))
    assert first["post_id"].tolist() != other["post_id"].tolist()


def test_the_audience_choice_ignores_row_order_and_other_accounts():
    options = AudienceOptions(accounts=3, posts=2)
    plain, more = world(), world(influencers=("i", "j", "new"))
    more.posts = more.posts.iloc[::-1].reset_index(drop=True)
    more.audiences = more.audiences.iloc[::-1].reset_index(drop=True)
    chosen, again = audience_posts(plain, options), audience_posts(more, options)
    pd.testing.assert_frame_equal(chosen, again[again["owner"] < 3])


def test_an_audience_account_shows_the_same_posts_to_everyone():
    chosen = audience_posts(world(), AudienceOptions(posts=2))
    assert chosen.groupby("account_id")["post_id"].nunique().eq(2).all()


def test_without_audiences_nothing_is_chosen():
    dataset = world()
    dataset.audiences = dataset.audiences.iloc[:0]
    chosen = audience_posts(dataset)
    assert len(chosen) == 0
    assert "owner" in chosen


@given(st.lists(st.text(max_size=3), unique=True), st.integers(1, 9), st.integers(0, 99))
def test_choose_takes_distinct_items(items, k, seed):
    chosen = choose(items, k, seed, "key")
    assert len(chosen) == min(k, len(items))
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(items)


@pytest.mark.parametrize("wrong", [{"accounts": 0}, {"posts": 0}])
def test_an_empty_audience_cannot_be_asked_for(wrong):
    with pytest.raises(MorningError, match="at least one"):
        AudienceOptions(**wrong)

"""Which posts stand for an account, and their words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features import posts as module
from morning.features.documents import Documents, Tokens
from morning.features.posts import AudienceOptions, Posts, choose
from morning.features.topics import TopicOptions, topic_block
from toys import posts as toy


def table(posts: Posts) -> pd.DataFrame:
    """Return the posts with their owners, as a table."""
    return posts.frame("post_id", "account_id", "caption")


def own_posts(dataset):
    return table(Posts.own(dataset))


def audience_posts(dataset, options=None):
    return table(Posts.of_audience(dataset, options))


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


def test_the_newest_posts_of_an_account_count():
    dataset = world()
    days = pd.to_datetime(["2024-01-02", None, "2024-01-05", "2024-01-01", None, "2024-01-04"])
    names = ["p2", "none", "p5", "p1", "other", "p4"]
    dataset = replace(
        dataset,
        posts=pd.DataFrame(
            {
                "post_id": names,
                "account_id": ["i", "i", "i", "i", "j", "i"],
                "caption": names,
                "posted_at": days,
            }
        ),
    ).validate()
    assert own_posts(dataset)["post_id"].tolist() == names
    assert Posts.own(dataset, recent=3).older == 2
    chosen = table(Posts.own(dataset, recent=3))
    assert chosen["post_id"].tolist() == ["p2", "p5", "other", "p4"]  # in the Dataset's order
    assert table(Posts.own(dataset, recent=5))["post_id"].tolist() == names  # undated ones last


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


class TestWords:
    @pytest.fixture
    def written(self):
        dataset = world(posts=2)
        dataset.posts.loc[[3, 5, 7], "account_id"] = ["j", "b", "j"]
        dataset.posts.loc[[3, 5, 7], "caption"] = ["Red apples", None, "Green apples #RedPears"]
        return dataset

    def test_of_each_post_and_of_each_account(self, written):
        posts = Posts.own(written)
        assert list(posts.words()) == [["red", "apple"], [], ["green", "apple", "red", "pear"]]
        assert list(posts.documents()) == [
            [],
            [],
            ["red", "apple", "green", "apple", "red", "pear"],
        ]

    def test_a_caption_is_tokenised_once(self, written, monkeypatch):
        seen = []
        words = module.Tokens.of.__func__.__globals__["words"]
        monkeypatch.setattr(
            "morning.features.documents.words",
            lambda text, *how: seen.append(text) or words(text, *how),
        )
        posts = Posts.own(written)
        for _ in range(3):
            list(posts.words())
            list(posts.documents())
        assert len(seen) == 3

    def test_on_disk_they_are_the_same_and_so_is_what_is_made_of_them(
        self, written, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("MORNING_DATA", str(tmp_path))
        everyone = TopicOptions(topics=2, passes=1, min_count=1, max_share=1, transductive=True)
        here = Posts.own(written)
        monkeypatch.setattr(module, "IN_MEMORY", 0)
        there = Posts.own(written)
        assert list(here.documents()) == list(there.documents())
        assert isinstance(there.words().tokens.tokens.base, np.memmap)
        a, b = topic_block(here, everyone)[0], topic_block(there, everyone)[0]
        np.testing.assert_array_equal(a.values, b.values)
        (kept,) = (tmp_path / "cache" / "words").iterdir()
        before = kept.stat().st_mtime_ns
        assert list(Posts.own(written).words()) == list(here.words())  # read, not written anew
        assert kept.stat().st_mtime_ns == before

    def test_other_captions_are_kept_apart(self, tmp_path):
        first = Tokens.kept(["one apple"], tmp_path)
        other = Tokens.kept(["two pears"], tmp_path)
        nothing = Tokens.kept(["", "!"], tmp_path)
        assert first.vocabulary != other.vocabulary
        assert (nothing.vocabulary, nothing.starts.tolist()) == ([], [0, 0, 0])

    @given(st.lists(st.lists(st.sampled_from(["apple", "pear", "plum"]), max_size=4), max_size=6))
    def test_documents_give_back_what_went_in(self, texts):
        documents = Documents.of([" ".join(text) for text in texts])
        assert list(documents) == texts
        chosen = np.arange(len(texts))[::-2]
        assert list(documents.select(chosen)) == [texts[i] for i in chosen]


def test_a_sample_is_some_of_the_posts_in_their_order():
    posts = Posts.own(toy.dataset())
    assert posts.sample(len(posts)) is posts
    drawn = posts.sample(3)
    assert len(drawn) == len(drawn.words()) == 3
    assert (np.diff(drawn.rows) > 0).all()
    assert drawn.rows.tolist() == posts.sample(3).rows.tolist()
    assert (
        drawn.column("account_id").tolist()
        == drawn.accounts["account_id"].iloc[drawn.owner].tolist()
    )

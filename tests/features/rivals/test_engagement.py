"""How active and engaging accounts are, on tables small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.features.posts import Posts
from morning.features.rivals import engagement
from toys.posts import ACME, ANNA, BEN, BOLT, CLEO, dataset


def competence(world):
    return engagement.competence(Posts.own(world), world.collaborations)


class TestActivity:
    def test_by_hand(self):
        table = engagement.activity(Posts.own(dataset()))
        assert table["posts_per_day"].iloc[ANNA] == 2 / 4
        assert table["mean_likes"].iloc[ANNA] == 30
        assert table["mean_comments"].iloc[ANNA] == pytest.approx(10 / 3)
        assert table["followers"].tolist()[:4] == [10_000, 20_000, 1000, 2000]
        # The latest post of all is Ben's: the audience's does not count.
        assert table["recency_days"].iloc[[ANNA, BEN, ACME]].tolist() == [6, 0, 9]

    def test_what_cannot_be_known_is_nan(self):
        table = engagement.activity(Posts.own(dataset()))
        assert table.iloc[BOLT].drop("followers").isna().all()
        assert np.isnan(table["posts_per_day"].iloc[BEN])  # one post spans no time
        assert np.isnan(table["followers"].iloc[CLEO])


class TestCompetence:
    def test_own_posts_where_nothing_mentions(self):
        table = competence(dataset()).set_index("influencer_id")
        anna, ben = 0.1 / 3, 0.1  # (likes + comments) / followers, averaged over posts
        assert table["evidence"].tolist() == ["own posts"] * 3
        assert table["score"]["anna"] == pytest.approx(anna / ((anna + ben) / 2))
        assert table["score"]["ben"] == pytest.approx(ben / ((anna + ben) / 2))
        assert np.isnan(table["score"]["cleo"])

    def test_posts_of_the_brand_that_mention_the_influencer(self):
        said = {"m1": "Lovely day with @Anna.", "m2": "No one", "a1": "thanks @acme @ben"}
        table = competence(dataset(said)).set_index("influencer_id")
        assert table["evidence"].tolist() == ["mentions", "own posts", "own posts"]
        assert table["score"]["anna"] == pytest.approx(1000 / 2000)

    def test_without_engagement(self):
        bare = dataset()
        nothing = bare.posts.assign(account_id="fan")
        with pytest.raises(MorningError, match="competence needs posts"):
            competence(replace(bare, posts=nothing))


class TestHistory:
    def test_plain_and_weighted_by_hand(self):
        # own posts in the order of the table: a1, a2, a3, b1, m1, m2
        vectors = np.array([[1, 0], [0, 1], [2, 2], [5, 5], [1, 1], [3, 3]], dtype=float)
        found = engagement.history(Posts.own(dataset()), vectors)
        np.testing.assert_allclose(found.plain[ANNA], [1, 1])
        weights = np.array([10, 30, 60]) / 100
        np.testing.assert_allclose(found.weighted[ANNA], weights @ vectors[:3])
        np.testing.assert_allclose(found.plain[ACME], [2, 2])
        np.testing.assert_allclose(found.weighted[ACME], [2.5, 2.5])
        np.testing.assert_array_equal(found.plain[[BOLT, CLEO]], 0)

    def test_unusable_posts_do_not_count(self):
        vectors = np.full((6, 1), np.nan)
        vectors[1] = 7
        found = engagement.history(Posts.own(dataset()), vectors)
        assert found.plain[:, 0].tolist() == [0, 0, 7, 0, 0]

    def test_no_engagement_at_all_is_plain(self):
        bare = dataset()
        bare = replace(bare, posts=bare.posts.assign(likes=0, comments=0))
        vectors = np.arange(6, dtype=float)[:, None]
        found = engagement.history(Posts.own(bare), vectors)
        np.testing.assert_array_equal(found.weighted, found.plain)

    def test_one_row_per_post(self):
        with pytest.raises(MorningError, match="5 vectors for 6 posts"):
            engagement.history(Posts.own(dataset()), np.zeros((5, 2)))

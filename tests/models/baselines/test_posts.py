"""What rivals get from the posts of a Dataset, on tables small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.recogniser import Recogniser
from morning.models.baselines import posts
from morning.models.baselines.posts import WordOptions
from PIL import Image
from torch import nn

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2024-01-01")


def dataset(captions: dict[str, str] | None = None) -> Dataset:
    """Two brands and three influencers; the rows of accounts are mixed up on purpose."""
    captions = captions or {}
    accounts = pd.DataFrame(
        [
            ("anna", "influencer", None, None, 1000, None),
            ("acme", "brand", "food", None, 10_000, "train"),
            ("fan", "audience", None, None, 10, None),
            ("ben", "influencer", None, None, 2000, None),
            ("bolt", "brand", "auto", None, 20_000, "test"),
            ("cleo", "influencer", None, None, None, None),
        ],
        columns=["account_id", "role", "category", "biography", "followers", "split"],
    )
    rows = [
        ("a1", "anna", 10, 0, START),
        ("a2", "anna", 20, 10, START + 2 * DAY),
        ("a3", "anna", 60, 0, START + 4 * DAY),
        ("b1", "ben", 100, 100, START + 10 * DAY),
        ("m1", "acme", 1000, 0, START),
        ("m2", "acme", 3000, 0, START + DAY),
        ("f1", "fan", 5, 5, START + 20 * DAY),
    ]
    table = pd.DataFrame(rows, columns=["post_id", "account_id", "likes", "comments", "posted_at"])
    table["caption"] = table["post_id"].map(captions)
    table["image"] = None
    pairs = [("acme", "anna"), ("acme", "ben"), ("bolt", "cleo")]
    return Dataset(
        accounts=accounts,
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        posts=table,
    ).validate()


# Rows of the account table: acme, bolt, anna, ben, cleo.
ACME, BOLT, ANNA, BEN, CLEO = range(5)


class TestActivity:
    def test_by_hand(self):
        table = posts.activity(dataset())
        assert table["posts_per_day"].iloc[ANNA] == 2 / 4
        assert table["mean_likes"].iloc[ANNA] == 30
        assert table["mean_comments"].iloc[ANNA] == pytest.approx(10 / 3)
        assert table["followers"].tolist()[:4] == [10_000, 20_000, 1000, 2000]
        # The latest post of all is Ben's: the audience's does not count.
        assert table["recency_days"].iloc[[ANNA, BEN, ACME]].tolist() == [6, 0, 9]

    def test_what_cannot_be_known_is_nan(self):
        table = posts.activity(dataset())
        assert table.iloc[BOLT].drop("followers").isna().all()
        assert np.isnan(table["posts_per_day"].iloc[BEN])  # one post spans no time
        assert np.isnan(table["followers"].iloc[CLEO])


class TestCompetence:
    def test_own_posts_where_nothing_mentions(self):
        table = posts.competence(dataset()).set_index("influencer_id")
        anna, ben = 0.1 / 3, 0.1  # (likes + comments) / followers, averaged over posts
        assert table["evidence"].tolist() == ["own posts"] * 3
        assert table["score"]["anna"] == pytest.approx(anna / ((anna + ben) / 2))
        assert table["score"]["ben"] == pytest.approx(ben / ((anna + ben) / 2))
        assert np.isnan(table["score"]["cleo"])

    def test_posts_of_the_brand_that_mention_the_influencer(self):
        said = {"m1": "Lovely day with @Anna.", "m2": "No one", "a1": "thanks @acme @ben"}
        table = posts.competence(dataset(said)).set_index("influencer_id")
        assert table["evidence"].tolist() == ["mentions", "own posts", "own posts"]
        assert table["score"]["anna"] == pytest.approx(1000 / 2000)

    def test_without_engagement(self):
        bare = dataset()
        nothing = bare.posts.assign(account_id="fan")
        with pytest.raises(MorningError, match="competence needs posts"):
            posts.competence(replace(bare, posts=nothing))


class TestHistory:
    def test_plain_and_weighted_by_hand(self):
        # own posts in the order of the table: a1, a2, a3, b1, m1, m2
        vectors = np.array([[1, 0], [0, 1], [2, 2], [5, 5], [1, 1], [3, 3]], dtype=float)
        found = posts.history(dataset(), vectors)
        np.testing.assert_allclose(found.plain[ANNA], [1, 1])
        weights = np.array([10, 30, 60]) / 100
        np.testing.assert_allclose(found.weighted[ANNA], weights @ vectors[:3])
        np.testing.assert_allclose(found.plain[ACME], [2, 2])
        np.testing.assert_allclose(found.weighted[ACME], [2.5, 2.5])
        np.testing.assert_array_equal(found.plain[[BOLT, CLEO]], 0)

    def test_unusable_posts_do_not_count(self):
        vectors = np.full((6, 1), np.nan)
        vectors[1] = 7
        found = posts.history(dataset(), vectors)
        assert found.plain[:, 0].tolist() == [0, 0, 7, 0, 0]

    def test_no_engagement_at_all_is_plain(self):
        bare = dataset()
        bare = replace(bare, posts=bare.posts.assign(likes=0, comments=0))
        vectors = np.arange(6, dtype=float)[:, None]
        found = posts.history(bare, vectors)
        np.testing.assert_array_equal(found.weighted, found.plain)

    def test_one_row_per_post(self):
        with pytest.raises(MorningError, match="5 vectors for 6 posts"):
            posts.history(dataset(), np.zeros((5, 2)))


class TestWords:
    SAID = {  # noqa: RUF012
        "a1": "bread butter",
        "a2": "bread flour",
        "b1": "engine wheel",
        "m1": "bread flour butter",
        "m2": "engine oil",
        "f1": "secret secret",
    }

    def test_training_captions_only_and_the_same_each_time(self):
        options = WordOptions(size=8, epochs=2, min_count=1)
        said = self.SAID | {"b1": "engine wheel"}
        first = posts.word_vectors(dataset(said), options)
        again = posts.word_vectors(dataset(said), options)
        assert set(first) == {"bread", "butter", "flour", "engine", "wheel", "oil"}
        for word, vector in first.items():
            np.testing.assert_array_equal(vector, again[word])
        other = posts.word_vectors(dataset(said), replace(options, seed=1))
        assert not np.array_equal(first["bread"], other["bread"])

    def test_test_collaborations_are_not_read(self):
        """Who works with the test brand decides nothing: Cleo's posts are no training captions."""
        world = dataset(self.SAID)
        theirs = world.posts.assign(account_id=world.posts["account_id"].replace("ben", "cleo"))
        world = replace(world, posts=theirs)
        found = posts.word_vectors(world, WordOptions(size=8, epochs=1, min_count=1))
        assert "wheel" not in found

    def test_captions_are_means_and_nan_where_nothing_is_known(self):
        known = {"bread": np.array([1.0, 0.0]), "flour": np.array([0.0, 1.0])}
        found = posts.caption_vectors(dataset(self.SAID), known)
        np.testing.assert_allclose(found[1], [0.5, 0.5])
        assert np.isnan(found[3]).all()

    def test_text_history_is_their_average(self):
        found = posts.text_history(dataset(self.SAID), WordOptions(size=8, epochs=1, min_count=1))
        assert found.plain.shape == (5, 8)
        assert np.abs(found.plain[[ACME, ANNA, BEN]]).sum(axis=1).min() > 0
        np.testing.assert_array_equal(found.plain[[BOLT, CLEO]], 0)

    def test_no_words(self):
        with pytest.raises(MorningError, match="no word occurs"):
            posts.word_vectors(dataset(), WordOptions(size=8))


class TestConcepts:
    def test_shares_follow_what_is_seen_and_meant(self):
        # a1 shows both concepts and means the first; m1, m2 show one each and give its vector.
        seen = np.array([[0.6, 0.4], [0.05, 0.05], [np.nan] * 2, [0.0, 1.0], [1, 0], [0, 1]])
        said = np.array([[9.0, 0], [0, 0], [0, 0], [0, 5], [9, 0], [0, 9]])
        found = posts.concepts(dataset(), seen, ["cake", "car"], said)
        np.testing.assert_allclose(found.vectors, [[1, -1], [-1, 1]])
        np.testing.assert_allclose(found.distribution[ANNA], [1, 0], atol=1e-6)
        np.testing.assert_allclose(found.distribution[BEN], [0, 1])
        np.testing.assert_allclose(found.distribution[ACME], [0.5, 0.5])
        np.testing.assert_array_equal(found.distribution[[BOLT, CLEO]], 0)
        assert found.names == ("cake", "car")

    def test_shapes_must_agree(self):
        with pytest.raises(MorningError, match="one row per post"):
            posts.concepts(dataset(), np.zeros((5, 2)), ["a", "b"], np.zeros((6, 2)))
        with pytest.raises(MorningError, match="2 concepts, but 1"):
            posts.concepts(dataset(), np.zeros((6, 2)), ["a"], np.zeros((6, 2)))


class _Mean(nn.Module):
    """Mean colour of a picture, then a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(3, 2)

    def forward(self, x):
        return self.last(x.mean(dim=(2, 3)))


class TestPictures:
    @pytest.fixture
    def recogniser(self):
        torch.manual_seed(0)
        unchanged = ResizeCrop(resize=(8, 8), crop=8, mean=(0, 0, 0), std=(1, 1, 1))
        return Recogniser("mean colour", ("a", "b"), _Mean(), unchanged)

    def test_features_enter_the_last_layer(self, tmp_path, recogniser):
        Image.new("RGB", (8, 8), (255, 0, 51)).save(tmp_path / "red.png")
        (tmp_path / "broken.png").write_bytes(b"no picture")
        world = dataset()
        table = world.posts.copy()
        table.loc[table["post_id"] == "a1", "image"] = "red.png"
        table.loc[table["post_id"] == "a2", "image"] = "broken.png"
        world = replace(world, posts=table, root=tmp_path)
        features, probabilities = posts.picture_vectors(
            world, recogniser, batch_size=2, progress=False
        )
        np.testing.assert_allclose(features[0], [1, 0, 0.2], atol=1e-6)
        logits = recogniser.module.last(torch.tensor([1, 0, 0.2]))
        np.testing.assert_allclose(probabilities[0], logits.softmax(0).numpy(), atol=1e-6)
        assert np.isnan(features[1:]).all()
        assert np.isnan(probabilities[1:]).all()
        assert not recogniser.module.last._forward_pre_hooks

    def test_no_picture_and_no_folder(self, tmp_path, recogniser):
        with pytest.raises(MorningError, match="no root folder"):
            posts.picture_vectors(dataset(), recogniser)
        with pytest.raises(MorningError, match="none of the posts"):
            posts.picture_vectors(replace(dataset(), root=tmp_path), recogniser, progress=False)

    def test_a_network_without_linear_layer(self, tmp_path, recogniser):
        odd = replace(recogniser, module=nn.Conv2d(3, 2, 1))
        with pytest.raises(MorningError, match="no linear last layer"):
            posts.picture_vectors(replace(dataset(), root=tmp_path), odd)

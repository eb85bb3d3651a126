"""Concepts of accounts, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.features.posts import Posts
from morning.features.rivals import concepts
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.visual.blocks import OfPosts
from PIL import Image
from toys.posts import ACME, ANNA, BEN, BOLT, CLEO, dataset

# Own posts: a1, a2, a3 of Anna, b1 of Ben, m1, m2 of Acme. a1 shows both concepts and means the
# first; b1, m1 and m2 show one each; the others show none.
SEEN = np.array([[0.6, 0.4], [0.05, 0.05], [np.nan] * 2, [0.0, 1.0], [1, 0], [0, 1]])
SAID = np.array([[9.0, 0], [0, 0], [0, 0], [0, 5], [9, 0], [0, 9]])
TINY = CosmicOptions(size=12, hidden=16, embedding_size=8, epochs=3, batch_size=2, device="cpu")


def targets(world, seen, said):
    """Return the targets of all posts as one array."""
    found = concepts.Targets(Posts.own(world), seen, said)
    return found[np.arange(len(found))]


class TestTargets:
    def test_what_is_seen_and_meant(self):
        found = targets(dataset(), SEEN, SAID)
        expected = [[1, 0], [np.nan] * 2, [np.nan] * 2, [0, 1], [1, 0], [0, 1]]
        np.testing.assert_allclose(found, expected, atol=1e-6)

    def test_captions_of_other_accounts_do_not_count(self):
        said = SAID.copy()
        said[0] = [0.6, 0.4]
        world = dataset()
        theirs = world.posts.copy()
        theirs.loc[theirs["post_id"] == "a2", "account_id"] = "cleo"  # a test brand's partner
        seen, shouted = SEEN.copy(), said.copy()
        seen[1], shouted[1] = [1, 0], [0, 100]
        found = targets(replace(world, posts=theirs), seen, shouted)
        expected = 1 / (1 + np.exp(-0.4))  # affinities 0.2 and -0.2
        np.testing.assert_allclose(found[0], [expected, 1 - expected], atol=1e-6)

    def test_without_a_caption_all_that_is_seen_counts_alike(self):
        said = SAID.copy()
        said[0] = np.nan
        found = targets(dataset(), SEEN, said)
        np.testing.assert_allclose(found[0], [0.5, 0.5])

    def test_shapes_must_agree(self):
        with pytest.raises(MorningError, match="one row per post"):
            targets(dataset(), np.zeros((5, 2)), np.zeros((6, 2)))


class TestAccounts:
    def test_means_over_posts(self):
        shares = np.array([[1, 0], [0.5, 0.5], [np.nan] * 2, [0, 1], [1, 0], [0, 1]])
        posts = Posts.own(dataset())
        found, _ = concepts.account_concepts(
            posts, shares, concepts.Targets(posts, SEEN, SAID), progress=False
        )
        np.testing.assert_allclose(found[ANNA], [0.75, 0.25])
        np.testing.assert_allclose(found[BEN], [0, 1])
        np.testing.assert_allclose(found[ACME], [0.5, 0.5])
        np.testing.assert_array_equal(found[[BOLT, CLEO]], 0)


def squares(world):
    """Return the pictures of a world as COSMIC gets them."""
    posts = Posts.own(world)
    images = posts.column("image").fillna("")
    named = [image for image in images if image]
    rows = np.stack([np.asarray(Image.open(world.root / image)) for image in named])
    picture = np.array([named.index(image) if image else -1 for image in images])
    return OfPosts(rows, picture)


class TestWhole:
    @pytest.fixture
    def world(self, tmp_path):
        """Pictures of the first concept are red, of the second blue; Cleo, unseen, has one."""
        world = dataset()
        table = world.posts.copy()
        table.loc[table["post_id"] == "a2", "account_id"] = "cleo"
        for post, colour in {
            "a1": "red",
            "a2": "blue",
            "b1": "blue",
            "m1": "red",
            "m2": "blue",
        }.items():
            Image.new("RGB", (12, 12), colour).save(tmp_path / f"{post}.png")
            table.loc[table["post_id"] == post, "image"] = f"{post}.png"
        return replace(world, posts=table, root=tmp_path)

    def test_is_trained_on_training_accounts_alone(self, world, monkeypatch):
        seen = SEEN.copy()
        seen[1] = [0, 1]
        taken = {}

        def spy(pictures, targets, options, **_):
            taken["colours"] = pictures[:, 0, 0].tolist()
            taken["targets"] = targets
            raise InterruptedError

        monkeypatch.setattr(concepts, "train_cosmic", spy)
        with pytest.raises(InterruptedError):
            concepts.concepts(Posts.own(world), squares(world), seen, ("cake", "car"), SAID, TINY)
        red, blue = [255, 0, 0], [0, 0, 255]
        assert taken["colours"] == [red, blue, red, blue]  # without Cleo's
        np.testing.assert_allclose(taken["targets"], [[1, 0], [0, 1], [1, 0], [0, 1]], atol=1e-6)

    def test_at_most_so_many_pictures(self, world, monkeypatch):
        counted = []
        monkeypatch.setattr(
            concepts, "train_cosmic", lambda pictures, *_, **__: counted.append(len(pictures))
        )
        found = concepts.Targets(Posts.own(world), SEEN, SAID)
        concepts.fit_cosmic(Posts.own(world), squares(world), found, replace(TINY, pictures=2))
        assert counted == [2]

    def test_end_to_end(self, world, tmp_path):
        seen = SEEN.copy()
        seen[1] = [0, 1]
        made, agreement = concepts.concepts(
            Posts.own(world),
            squares(world),
            seen,
            ("cake", "car"),
            SAID,
            TINY,
            folder=tmp_path / "kept",
            progress=False,
        )
        # Columns of the table are standardised.
        np.testing.assert_allclose(made.vectors.mean(axis=0), 0, atol=1e-6)
        assert made.vectors.shape == (2, 8)
        np.testing.assert_allclose(made.distribution[[ACME, ANNA, BEN, CLEO]].sum(axis=1), 1)
        np.testing.assert_array_equal(made.distribution[BOLT], 0)
        assert (agreement.pictures, agreement.usual) == (1, 1.0)
        assert "of 1 pictures" in str(agreement)


def test_agreement_by_hand():
    targets = np.array([[0.9, 0.1, 0], [0.6, 0.4, 0], [0, 0, 1], [0.1, 0.8, 0.1]])
    found = np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]])
    agreement = concepts._agreement(found.argmax(axis=1), targets.argmax(axis=1))
    assert (agreement.pictures, agreement.share, agreement.usual) == (4, 0.75, 0.5)
    assert "75% of 4 pictures" in str(agreement)
    assert "right in 50%" in str(agreement)


def test_agreement_on_nothing():
    found = concepts._agreement(np.zeros(0, int), np.zeros(0, int))
    assert str(found).startswith("No picture")

"""Word vectors of training captions, and what they make of captions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.features.posts import Posts
from morning.features.rivals.words import WordOptions, caption_vectors, text_history, word_vectors
from toys.posts import ACME, ANNA, BEN, BOLT, CLEO, dataset


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
        first = word_vectors(Posts.own(dataset(said)), options)
        again = word_vectors(Posts.own(dataset(said)), options)
        assert set(first) == {"bread", "butter", "flour", "engine", "wheel", "oil"}
        for word, vector in first.items():
            np.testing.assert_array_equal(vector, again[word])
        other = word_vectors(Posts.own(dataset(said)), replace(options, seed=1))
        assert not np.array_equal(first["bread"], other["bread"])

    def test_test_collaborations_are_not_read(self):
        """Who works with the test brand decides nothing: Cleo's posts are no training captions."""
        world = dataset(self.SAID)
        theirs = world.posts.assign(account_id=world.posts["account_id"].replace("ben", "cleo"))
        world = replace(world, posts=theirs)
        found = word_vectors(Posts.own(world), WordOptions(size=8, epochs=1, min_count=1))
        assert "wheel" not in found

    def test_captions_are_means_and_nan_where_nothing_is_known(self):
        known = {"bread": np.array([1.0, 0.0]), "flour": np.array([0.0, 1.0])}
        captions = caption_vectors(Posts.own(dataset(self.SAID)), known)
        found = captions[np.arange(len(captions))]
        np.testing.assert_allclose(found[1], [0.5, 0.5])
        assert np.isnan(found[3]).all()

    def test_text_history_is_their_average(self):
        found = text_history(
            Posts.own(dataset(self.SAID)), WordOptions(size=8, epochs=1, min_count=1)
        )
        assert found.plain.shape == (5, 8)
        assert np.abs(found.plain[[ACME, ANNA, BEN]]).sum(axis=1).min() > 0
        np.testing.assert_array_equal(found.plain[[BOLT, CLEO]], 0)

    def test_no_words(self):
        with pytest.raises(MorningError, match="no word occurs"):
            word_vectors(Posts.own(dataset()), WordOptions(size=8))

"""Words, and the attributes that they stand for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.attributes.concepts import ConceptGraph
from morning.sources import demo
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.words import choose_keywords, pick_leaning, plural
from toys.worlds import keyword_attributes


class TestVocabulary:
    def test_groups_are_mixtures_of_topics(self):
        np.testing.assert_allclose(vocabulary().groups.sum(axis=1), 1)

    @pytest.mark.parametrize(
        ("noun", "many"),
        [("cake", "cakes"), ("brush", "brushes"), ("dress", "dresses"), ("story", "stories"),
         ("toy", "toys"), ("leaf", "leaves")],
    )  # fmt: skip
    def test_plural(self, noun, many):
        assert plural(noun) == many

    def test_keywords_stand_for_the_attributes_that_the_concept_graph_gives(self):
        graph = ConceptGraph.default()
        words = keyword_attributes()
        assert {word: graph.father(word) for word in words} == words

    def test_keywords_are_different_and_of_their_kind(self):
        rng = np.random.default_rng(0)
        kinds = [("a", "b"), ("c",)]
        assert sorted(choose_keywords(kinds, np.array([1.0, 0.0]), 5, rng)) == ["a", "b"]

    @given(st.integers(1, 9), st.integers(0, 2**32 - 1))
    def test_leaning_takes_one_half_or_any(self, n, seed):
        rng = np.random.default_rng(seed)
        items = [str(i) for i in range(n)]
        for lean, low, high in ((1, 0, (n + 1) // 2), (-1, n // 2, n), (0, 0, n)):
            drawn = {int(pick_leaning(rng, items, lean)) for _ in range(30)}
            assert drawn <= set(range(low, high))

    @pytest.mark.parametrize(("lean", "share"), [(0.0, 0.5), (0.6, 0.8), (-1.0, 0.0)])
    def test_leaning_has_the_share_it_says(self, lean, share):
        rng = np.random.default_rng(0)
        drawn = [pick_leaning(rng, "abcd", lean) in "ab" for _ in range(4000)]
        assert np.mean(drawn) == pytest.approx(share, abs=0.03)

    def test_options_are_frozen(self):
        options = demo.DemoOptions()
        assert replace(options, brands=24).brands == 24
        with pytest.raises(AttributeError):
            options.brands = 3  # type: ignore[misc]

"""eq 13-17 against a loop that says the same in words."""

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.attributes.cooccurrence import (
    cooccurrence,
    cooccurrence_graph,
    training_collaborations,
)
from morning.errors import MorningError
from toys.biographies import small_world

BRANDS = ["b0", "b1", "b2"]
INFLUENCERS = ["m0", "m1", "m2"]
LISTS = st.lists(st.sampled_from("stuvw"), max_size=6)
WORLDS = st.tuples(
    st.fixed_dictionaries(dict.fromkeys(BRANDS + INFLUENCERS, LISTS)),
    st.lists(st.tuples(st.sampled_from(BRANDS), st.sampled_from(INFLUENCERS)), unique=True),
)


def table(pairs) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])


def counted_by_hand(attributes, pairs, multiplicity) -> Counter:
    counts: Counter = Counter()
    for brand, influencer in pairs:
        of_brand, of_influencer = set(attributes[brand]), set(attributes[influencer])
        times = len(of_influencer) if multiplicity == "code" else 1
        for s, t in combinations(sorted(of_brand | of_influencer), 2):
            if s in of_brand and t in of_brand:
                counts[s, t] += times
            if s in of_influencer and t in of_influencer:
                counts[s, t] += 1
            if (s in of_brand and t in of_influencer) or (t in of_brand and s in of_influencer):
                counts[s, t] += 1
    return +counts


@pytest.mark.parametrize("multiplicity", ["paper", "code"])
@given(world=WORLDS)
def test_agrees_with_the_loop(world, multiplicity):
    attributes, pairs = world
    names, counts = cooccurrence(attributes, table(pairs), multiplicity)
    dense = counts.toarray()
    found = Counter(
        {
            (names[i], names[j]): int(dense[i, j])
            for i, j in combinations(range(len(names)), 2)
            if dense[i, j]
        }
    )
    assert found == counted_by_hand(attributes, pairs, multiplicity)
    assert np.array_equal(dense, dense.T)
    assert not dense.diagonal().any()


def test_known_answer():
    attributes = {"b": ["shoes", "running"], "m": ["running", "runner", "runner"]}
    names, counts = cooccurrence(attributes, table([("b", "m")]))
    assert names == ("runner", "running", "shoes")
    # runner-running: both m's, and one each; running-shoes: both b's, and one each.
    assert counts.toarray().tolist() == [[0, 2, 1], [2, 0, 2], [1, 2, 0]]
    _, counts = cooccurrence(attributes, table([("b", "m")]), "code")
    assert counts.toarray().tolist() == [[0, 2, 1], [2, 0, 3], [1, 3, 0]]


def test_holding_both_ways_round_counts_once():
    attributes = {"b": ["s", "t"], "m": ["s", "t"]}
    _, counts = cooccurrence(attributes, table([("b", "m")]))
    assert counts.toarray().tolist() == [[0, 3], [3, 0]]


def test_weights_are_roots_of_half_the_counts():
    attributes = {"b": ["s", "t"], "m": ["s", "t"], "n": ["lone"]}
    graph = cooccurrence_graph(attributes, table([("b", "m"), ("b", "n")]))
    assert graph.weight("s", "t") == pytest.approx(np.sqrt(4 / 2))
    assert graph.weight("s", "lone") == pytest.approx(np.sqrt(1 / 2))
    doubled = cooccurrence_graph(attributes, table([("b", "m")]), eta=1.0)
    assert doubled.weight("s", "t") == pytest.approx(np.sqrt(3))


def test_an_attribute_that_occurs_with_no_other_is_no_node():
    attributes = {"b": ["s"], "m": ["s"]}
    assert len(cooccurrence_graph(attributes, table([("b", "m")]))) == 0


def test_no_collaborations_make_an_empty_graph():
    assert len(cooccurrence_graph({"b": ["s", "t"]}, table([]))) == 0


def test_refuses_an_unknown_multiplicity():
    with pytest.raises(MorningError, match="multiplicity must be one of paper, code"):
        cooccurrence({}, table([]), "both")


@settings(max_examples=25)
@given(LISTS, LISTS, st.sampled_from(["anna", "bert", "carol", "dora"]))
def test_no_test_or_validation_brand_is_touched(of_test, of_validation, influencer):
    attributes = {
        "glow": ["makeup", "cosmetic"],
        "sweet": ["food"],
        "wear": ["clothes"],
        "anna": ["cosmetic", "dessert"],
        "bert": ["food-blogger"],
        "carol": ["coffee"],
    }
    expected = cooccurrence_graph(attributes, training_collaborations(small_world()))
    changed = {**attributes, "other": of_test, "hidden": of_validation, "carol": of_test}
    pairs = training_collaborations(small_world(test_influencer=influencer))
    graph = cooccurrence_graph(changed, pairs)
    assert graph.names == expected.names
    assert (graph.weights != expected.weights).nnz == 0


def test_training_collaborations_follow_the_split():
    world = small_world()
    assert set(training_collaborations(world)["brand_id"]) == {"glow", "sweet", "wear"}
    both = training_collaborations(world, ("train", "validation"))
    assert set(both["brand_id"]) == {"glow", "sweet", "wear", "hidden"}

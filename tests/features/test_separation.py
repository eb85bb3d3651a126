"""What vectors tell of categories, on sets whose answer is known."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.features import FeatureSet
from morning.features.separation import between_share, category_means, neighbour_purity

Maker = Callable[..., FeatureSet]


def brands_only(vectors: object, categories: list[str]) -> FeatureSet:
    """Make brands of the given categories, and one influencer who is like none of them."""
    block = np.asarray(vectors, np.float32)
    ids = [f"b{i}" for i in range(len(block))]
    accounts = pd.DataFrame(
        {
            "account_id": [*ids, "m"],
            "role": [*["brand"] * len(ids), "influencer"],
            "category": [*categories, None],
            "split": [*["train"] * len(ids), None],
        }
    )
    pairs = pd.DataFrame({"brand_id": ids, "influencer_id": "m"})
    last = np.full((1, block.shape[1]), -9, np.float32)
    return FeatureSet(accounts, pairs, {"attribute": np.vstack([block, last])}).validate()


class TestNeighbourPurity:
    def test_perfect_separation(self):
        features = brands_only([[1, 0], [2, 0.1], [0, 1], [0.1, 3]], ["x", "x", "y", "y"])
        table = neighbour_purity(features, k=1)
        assert table.loc["attribute", "purity"] == 1
        assert table.loc["attribute", "chance"] == pytest.approx(1 / 3)

    def test_never_the_category(self):
        features = brands_only([[1, 0], [0, 1], [2, 0.1], [0.1, 3]], ["x", "x", "y", "y"])
        assert neighbour_purity(features, k=1).loc["attribute", "purity"] == 0

    def test_with_all_as_neighbours_it_is_chance(self):
        rng = np.random.default_rng(1)
        features = brands_only(rng.random((7, 3)), list("xxxyyzz"))
        table = neighbour_purity(features, k=100)
        # Each brand has 6 neighbours: 2 alike for x, 1 for y and z.
        expected = (3 * 2 + 4 * 1) / (7 * 6)
        assert table.loc["attribute", "purity"] == pytest.approx(expected)
        assert table.loc["attribute", "chance"] == pytest.approx(expected)

    def test_the_length_of_a_vector_does_not_matter(self):
        rng = np.random.default_rng(2)
        vectors, categories = rng.random((12, 4)), list("xyz") * 4
        lengths = 10.0 ** np.arange(-3, 9)[:, None]
        plain = neighbour_purity(brands_only(vectors, categories), k=3)
        scaled = neighbour_purity(brands_only(vectors * lengths, categories), k=3)
        pd.testing.assert_frame_equal(plain, scaled)

    def test_one_row_per_block(self, tiny_features: Maker):
        table = neighbour_purity(tiny_features())
        assert table.index.tolist() == ["content_topics", "attribute"]
        assert table["chance"].tolist() == pytest.approx([0.4, 0.4])

    def test_a_single_brand_has_no_neighbours(self):
        table = neighbour_purity(brands_only([[1, 2]], ["x"]))
        assert table.index.tolist() == ["attribute"]
        assert table.isna().all(axis=None)


def test_category_means():
    features = brands_only([[1, 0], [0, 4], [3, 2]], ["y", "x", "y"])
    means = category_means(features, "attribute")
    assert means.index.tolist() == ["x", "y"]
    assert means.to_numpy().tolist() == [[0, 4], [2, 1]]


class TestBetweenShare:
    def test_known_shares(self):
        # Columns: all between; all within; values 0 2 | 4 6 (between 4, within 1); constant.
        features = brands_only(
            [[1, 0, 0, 0.1], [1, 2, 2, 0.1], [5, 0, 4, 0.1], [5, 2, 6, 0.1]], list("xxyy")
        )
        np.testing.assert_allclose(between_share(features, "attribute"), [1, 0, 0.8, 0], atol=1e-12)

    @settings(max_examples=40)
    @given(value=st.floats(-1e6, 1e6, width=32), n=st.integers(2, 30))
    def test_a_constant_column_has_none(self, value: float, n: int):
        features = brands_only(np.full((n, 1), value), [("x", "y", "z")[i % 3] for i in range(n)])
        assert between_share(features, "attribute").tolist() == [0]

    @settings(max_examples=40)
    @given(seed=st.integers(0, 2**32), n=st.integers(2, 30))
    def test_it_is_a_share(self, seed: int, n: int):
        rng = np.random.default_rng(seed)
        features = brands_only(rng.normal(size=(n, 2)), list(rng.choice(["x", "y", "z"], n)))
        share = between_share(features, "attribute")
        assert ((share >= 0) & (share <= 1 + 1e-9)).all()

"""Which vectors there are, and what they hold."""

import numpy as np
from morning.features import BLOCKS
from morning.features.block import Block
from morning.report.tables.vectors import concentration_table, inventory, pooled_counts


def test_inventory(tiny_features):
    features = tiny_features(made={"attribute": {"method": "node2vec"}})
    table = inventory(features).data
    assert table.index.get_level_values("block").tolist() == list(BLOCKS)
    assert table["here"].tolist() == ["absent", "3", "absent", "absent", "2"]
    assert table["in the paper"].tolist() == [1365, 22, 1365, 21, 128]
    assert table["made by"].tolist() == ["–", "–", "–", "–", "node2vec"]


def test_concentration():
    vectors = {
        "one-hot": np.eye(4, dtype=np.float32),
        "even": np.full((3, 4), 0.25, np.float32),
        "two of five": np.tile(np.array([0.5, 0.5, 0, 0, 0], np.float32), (2, 1)),
    }
    table = concentration_table(vectors).data
    assert table["classes"].tolist() == ["4", "4", "5"]
    assert table["largest entry, median"].tolist() == ["1.000", "0.250", "0.500"]
    assert table["effective classes, median"].tolist() == ["1.00", "4.00", "2.00"]
    assert table["effective classes, 90 %"].tolist() == ["1.00", "4.00", "2.00"]


def test_what_went_into_pictures():
    values = np.zeros((1, 2), np.float32)
    blocks = {
        "content_visual": Block(values, {}, {"posts_pooled": 3, "accounts_uniform": 1}),
        "content_topics": Block(values, {}, {"documents": 9}),
    }
    table = pooled_counts(blocks).data
    assert table["content_visual"].to_dict() == {"posts pooled": "3", "accounts uniform": "1"}
    assert table.columns.tolist() == ["content_visual"]
    assert pooled_counts({}).data.empty

"""Sections on the released graph: a ring, of which one reading is damaged."""

import pandas as pd
import pytest
from morning.report.graphs import category_attributes, embeddings, readings
from morning.run import Run
from toys.audited import assert_sound, is_empty
from toys.graphs import NODES, ring


@pytest.fixture(scope="module")
def graph():
    return ring()


def test_categories_as_the_graph_names_them(tiny_features):
    features = tiny_features()
    names = {"auto": "Ice Cream", "food": "clothing"}
    features.accounts["category"] = features.accounts["category"].map(names)
    assert category_attributes(features) == ["ice-cream", "clothes"]


def test_both_readings_described(graph):
    section = readings(graph)
    assert_sound(section)
    table = section.tables[0].data
    assert table.columns.tolist() == ["larger weight", "as the authors' loader"]
    assert table.loc["total_weight"].tolist() == [4 * NODES, 3 * NODES]
    assert table.loc["floor_share"].tolist() == [0.5, 0.75]
    assert is_empty(readings(None))


def test_which_reading_the_embedding_is_closer_to(graph, tmp_path):
    section = embeddings(graph, Run(tmp_path))
    assert_sound(section)
    table = section.tables[0].data
    right, damaged, again = table["in common"]
    assert damaged == 1.0
    assert (table["low"] <= table["in common"]).all()
    assert (table["in common"] <= table["high"]).all()
    assert "shares 100% of its neighbours with the graph as" in section.text
    chance = f"and {right:.0%} with the right reading (chance: {table['by chance'].iloc[0]:.1%})"
    assert chance in section.text
    assert "closer to the **damaged** reading" in section.text
    assert section.text.endswith(f"under different seeds share {again:.0%}.")
    assert is_empty(embeddings(None, Run(tmp_path)))


def test_readings_that_cannot_be_told_apart(graph, tmp_path, monkeypatch):
    rows = {"agreement": [0.54, 0.55, 0.5], "sem": 0.01, "chance": 0.02}
    monkeypatch.setattr("morning.report.graphs.embed_readings", lambda *_: pd.DataFrame(rows))
    text = embeddings(graph, Run(tmp_path)).text
    assert "too little apart" in text
    assert "closer" not in text

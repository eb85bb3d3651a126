"""Attributes beside biographies, and the heaviest edges."""

from morning.report.tables.attributes import attribute_examples, heaviest_edges
from toys.biographies import small_world
from toys.graphs import NODES, reading


def test_biographies_beside_what_was_found():
    lists = {"glow": ("makeup", "photography"), "anna": ("makeup",), "hidden": ("coffee",)}
    table = attribute_examples(small_world(), lists, n=4).data
    assert table["attributes"].to_dict() == {
        "glow": "makeup, photography",
        "sweet": "",
        "influencer-0001": "makeup",
        "influencer-0002": "",
    }
    assert table.loc["sweet", "biography"] == "cake | ice cream | Chocolate"
    assert attribute_examples(small_world(), {}) is None


def test_heaviest_edges():
    table = heaviest_edges(reading(), n=NODES + 1)
    assert table.data["weight"].tolist() == [3.0] * NODES + [1.0]
    assert table.data["n"].tolist() == [18] * NODES + [2]  # 2 × weight²
    assert table.to_html().count(">3.00<") == NODES
    assert heaviest_edges(None) is None

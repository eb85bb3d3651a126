"""Accounts and collaborations, counted by hand."""

import pandas as pd
from matplotlib.colors import to_hex
from morning.report.figures.data import partners_across_categories, positives_per_brand
from toys.figures import DRAWN, MATHS, heights, legend, ticks


def test_partners_of_training_and_of_test_brands(tiny_features):
    (axis,) = positives_per_brand(tiny_features()).axes
    # b1, b2, b3: one partner each, b4: two; b5: one, b6: two.
    assert [heights(axis, group) for group in (0, 1)] == [[3, 1], [1, 1]]
    assert legend(axis) == ["train brands", "test brands"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("partners of a brand", "brands")


def test_influencers_that_categories_share(tiny_features):
    features = tiny_features()
    more = pd.DataFrame({"brand_id": ["b1"], "influencer_id": ["m4"]})
    features.collaborations = pd.concat([features.collaborations, more])
    features.accounts["category"] = features.accounts["category"].replace("auto", MATHS)
    figure = partners_across_categories(features)
    figure.canvas.draw()
    (axis,) = figure.axes
    # m1 has two partners in one and one in the other, m2 three in food, m4 one in each.
    apart, within = (mesh.get_array() for mesh in axis.collections)
    assert apart.tolist() == [[None, 2], [2, None]]
    assert within.tolist() == [[1, None], [None, 1]]
    assert axis.collections[0].get_clim() == (0, 2)
    assert to_hex(axis.collections[0].cmap(0)) == "#ffffff"
    assert ticks(axis, "x") == ticks(axis, "y") == [DRAWN, "food"]

"""The table of the recommended model."""

from morning.models.best import Best
from morning.report.tables.best import over_splits, weights
from morning.testing import toy_inputs


def test_every_block_has_its_weight():
    features = toy_inputs().features
    best = Best.fit(features)
    table = weights(best).data
    assert list(table.index) == list(features.blocks)
    assert table.loc["content_topics", "compared by"] == "square roots"
    assert table.loc["attribute", "compared by"] == "whitened vectors"
    assert float(table.loc["attribute", "weight"]) == round(best.weights["attribute"], 2)


def test_over_splits():
    row = {"metric": "auc", "mean": 0.8, "sd": 0.01}
    ahead = {"ahead": 0.02, "ahead_sd": 0.003, "wins": 9}
    html = over_splits([row | {"method": "A"}, row | {"method": "B"} | ahead]).to_html()
    assert "0.800 ±\u00a00.010" in html
    assert "A before B" in html
    assert "+0.020 ±\u00a00.003, better in\u00a09" in html

"""The table of the recommended model."""

from morning.models.best import Best
from morning.report.tables.best import weights
from morning.testing import toy_inputs


def test_every_block_has_its_weight():
    features = toy_inputs().features
    best = Best.fit(features)
    table = weights(best)
    assert list(table.index) == list(features.blocks)
    assert table.loc["content_topics", "compared by"] == "square roots"
    assert table.loc["attribute", "compared by"] == "whitened vectors"
    assert float(table.loc["attribute", "weight"]) == round(best.weights["attribute"], 2)

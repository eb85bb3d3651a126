"""The words of topics."""

from types import SimpleNamespace

import numpy as np
from morning.report.tables.topics import topic_words


def test_likeliest_words_first():
    topics = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]])
    model = SimpleNamespace(topics=lambda: topics, vocabulary=("<b>", "oven", "pizza"))
    table = topic_words(model, n=2)
    assert table.data["likeliest words"].to_dict() == {1: "oven, pizza", 2: "<b>, pizza"}
    assert "<b>" not in table.to_html()
    assert topic_words(None) is None

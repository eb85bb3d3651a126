"""The words of topics."""

from __future__ import annotations

import pandas as pd

from morning.features.topics import TopicModel, top_words
from morning.report.tables.style import Shown, in_words


def topic_words(model: TopicModel | None, n: int = 8) -> Shown | None:
    """Return the likeliest words of every topic, from 1 as in the map; None without a model."""
    if model is None:
        return None
    words = top_words(model, n)
    joined = words.groupby("topic")["word"].agg(", ".join)
    return in_words(pd.DataFrame({"likeliest words": joined}))

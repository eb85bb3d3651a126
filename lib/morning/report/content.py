"""Sections on content: what topics separate, and what the released picture vectors hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown

from morning.features import FeatureSet
from morning.features.separation import between_share
from morning.features.topic_view import topic_frame
from morning.features.topics import TopicModel, top_words
from morning.prepare.perspective import Perspective
from morning.report.figures import vectors as figures
from morning.report.section import Section
from morning.report.tables.vectors import concentration_table
from morning.sources import Source, public

#: Words that name a topic.
_NAMING = 3


def number_of_topics(content: Perspective) -> Markdown | None:
    """Say how many topics were chosen of which; nothing where none was chosen."""
    if content.topics is None or content.topic_choice is None:
        return None
    return Markdown(_chosen(content.topics.lda.num_topics, content.topic_choice["topics"]))


def _chosen(topics: int, tried: pd.Series) -> str:
    """Return how a number of topics lies among those that were tried."""
    low, high = tried.min(), tried.max()
    said = f"Of {len(tried)} numbers from {low} to {high}, **{topics}** is used."
    if low < topics < high:
        return f"{said} It is neither the smallest nor the largest that was tried."
    if low == high:
        return f"{said} No other was tried."
    edge, beyond = ("smallest", "smaller") if topics == low else ("largest", "larger")
    return (
        f"{said} It is the **{edge}** that was tried: a {beyond} one could be better still, "
        f"and was not looked at."
    )


def topic_map(content: Perspective) -> HTML | None:
    """Show the topics as a map to touch, folded; nothing without a topic model."""
    if content.topics is None or content.documents is None:
        return None
    return HTML(topic_frame(content.topics, content.documents))


def topic_separation(features: FeatureSet, model: TopicModel | None = None) -> Section:
    """Show the topics of each category's brands; nothing without topics.

    Parameters
    ----------
    features : FeatureSet
    model : TopicModel, optional
        Names the topics by their likeliest words.
    """
    if "content_topics" not in features.blocks:
        return Section()
    return Section(
        figure=figures.topics_by_category(features, words=naming(model)),
        text=_separation(between_share(features, "content_topics")),
    )


def naming(model: TopicModel | None) -> list[str] | None:
    """Return what topics are called, their likeliest words; None without a model."""
    if model is None:
        return None
    words = top_words(model, _NAMING).groupby("topic")["word"].agg(", ".join)
    return words.sort_index().tolist()


def _separation(shares: np.ndarray) -> str:
    """Return what shares of topics' variance, shape (topics,), lie between categories."""
    best = ", ".join(str(i + 1) for i in shares.argsort()[::-1][:3])
    return (
        f"Between **{shares.min():.0%}** and **{shares.max():.0%}** of a topic's variance among "
        f"brands lies between categories; topics {best} separate them best."
    )


def released_pictures(source: Source) -> Section:
    """Show how concentrated the released picture vectors are; nothing on other data."""
    if not source.released:
        return Section()
    vectors = public.brand_images()
    return Section(figure=figures.largest_entries(vectors), tables=[concentration_table(vectors)])

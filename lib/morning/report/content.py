"""Sections on content: what topics separate, and what the released picture vectors hold."""

from __future__ import annotations

import numpy as np
from IPython.display import HTML

from morning.features import FeatureSet
from morning.features.separation import between_share
from morning.features.topic_view import topic_frame
from morning.prepare.perspective import Perspective
from morning.report.figures import vectors as figures
from morning.report.section import Section
from morning.report.tables.vectors import concentration_table
from morning.sources import Source, public


def topic_map(content: Perspective) -> HTML | None:
    """Show the topics as a map to hover over; nothing without a topic model."""
    if content.topics is None or content.documents is None:
        return None
    return HTML(topic_frame(content.topics, content.documents))


def topic_separation(features: FeatureSet) -> Section:
    """Show the topics of each category's brands; nothing without topics."""
    if "content_topics" not in features.blocks:
        return Section()
    return Section(
        figure=figures.topics_by_category(features),
        text=_separation(between_share(features, "content_topics")),
    )


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

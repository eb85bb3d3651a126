"""What the posts give away that made the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from morning.evaluation import BrandStatistics, result_row
from morning.evaluation.results import differences
from morning.features.posts import Posts
from morning.features.rivals.inputs import Inputs
from morning.features.topics import TopicOptions, topic_block
from morning.rankers import ranker
from morning.sources import Source
from morning.sources.label_posts import label_posts
from morning.studies.audit.subject import Subject
from morning.studies.comparison import draw

_BLOCK = "content_topics"
#: What is measured -> the ranker, and whether by topics of content alone.
_MEASURED = {"topics of content alone": ("similarity", True), "all blocks": ("MORNING-best", False)}


@dataclass(frozen=True)
class GivenAway:
    """A ranking with topics of all own posts, and of those alone that name no partner.

    Attributes
    ----------
    posts, named : int
        Own posts of brands and influencers, and those of them that name a partner.
    rows : list of dict
        Result rows of each ranking; those without have `difference`: metric -> how far the same
        ranking with all posts is ahead.
    """

    posts: int
    named: int
    rows: list[dict[str, Any]]


def given_away(subject: Subject, source: Source) -> GivenAway | None:
    """Fit topics with and without the posts that name a partner, and rank by them.

    None where there are no posts, or no topics of them.
    """
    if not source.has_posts or _BLOCK not in subject.features.blocks:
        return None
    own = Posts.own(source.dataset)
    named = int(label_posts(source.dataset)[own.rows].sum())
    others = Posts.own(source.without_label_posts().dataset)
    whole, some = (_ranked(subject, posts) for posts in (own, others))
    rows = []
    for name in _MEASURED:
        pair = {
            f"{name}, all posts": whole[name],
            f"{name}, topics without label posts": some[name],
        }
        first, second = (result_row(label, runs) for label, runs in pair.items())
        ahead = differences(pair, first["method"])
        rows += [first, second | {"difference": ahead[second["method"]]}]
    return GivenAway(len(own), named, rows)


def _ranked(subject: Subject, posts: Posts) -> Mapping[str, Sequence[BrandStatistics]]:
    """Return what the rankings give where topics are those of some posts."""
    made = subject.features.made.get(_BLOCK, {}).get("model", {})
    options = TopicOptions(topics=subject.features.sizes()[_BLOCK], seed=made.get("seed", 0))
    block, _ = topic_block(posts, options)
    blocks = {**subject.features.blocks, _BLOCK: block.values}
    features = replace(subject.features, blocks=blocks)
    return {
        name: draw(
            ranker(method),
            Inputs(features.select([_BLOCK]) if alone else features),
            subject.task,
            1,
        )
        for name, (method, alone) in _MEASURED.items()
    }

"""What is prepared of one perspective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from morning.features import PERSPECTIVES, FeatureSet
from morning.features.featureset import account_table
from morning.places import known_as

if TYPE_CHECKING:
    import pandas as pd

    from morning.attributes.graph import AttributeGraph
    from morning.features.block import Block
    from morning.features.documents import Documents
    from morning.features.topics import TopicModel
    from morning.sources import Source


@dataclass
class Perspective:
    """The blocks of one perspective and what was learnt on the way."""

    features: FeatureSet
    """With the blocks of this perspective alone; possibly none."""
    blocks: dict[str, Block] = field(default_factory=dict)
    """Empty where the source brought its vectors."""
    notes: list[str] = field(default_factory=list)
    """What was left out, and why."""
    topics: TopicModel | None = None
    """The topic model, where one was fitted."""
    topic_choice: pd.DataFrame | None = None
    """Fit and coherence of every number of topics tried."""
    documents: Documents | None = None
    """What the topics were inferred from, one per account."""
    columns: dict[str, dict[int, str]] = field(default_factory=dict)
    """For `objects` and `scenes`: column of the visual block -> label."""
    skipped: pd.DataFrame | None = None
    """Posts whose picture could not be used, see `skipped_posts`; None where there is none."""
    graph: AttributeGraph | None = None
    """Of training collaborations, where it was built here."""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of each account, by its id."""


def part_of(features: FeatureSet, perspective: str) -> FeatureSet:
    """Return vectors that a source brought with it, of one perspective alone."""
    blocks = {n: b for n, b in features.blocks.items() if n in PERSPECTIVES[perspective]}
    return replace(features, blocks=blocks)


def feature_set(source: Source, blocks: Mapping[str, Block]) -> FeatureSet:
    """Return the blocks made of a source's raw data as a FeatureSet."""
    return FeatureSet(
        accounts=account_table(source.dataset),
        collaborations=source.dataset.collaborations,
        blocks={name: block.values for name, block in blocks.items()},
        source=known_as(source.name),
        made={name: block.made for name, block in blocks.items()},
    )

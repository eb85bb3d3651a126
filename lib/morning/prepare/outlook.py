"""What a run on some data will have, and whether it will finish: the promise of `morning check`.

Nothing is fitted, and neither torch nor gensim is loaded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from morning.attributes.biographies import BiographyOptions, attribute_lists, learn_keywords
from morning.attributes.concepts import ConceptGraph
from morning.attributes.cooccurrence import cooccurrence_graph, training_collaborations
from morning.dataset import SPLITS, Dataset
from morning.errors import MorningError, Problem
from morning.evaluation.protocol import official_task, training_task
from morning.features.documents import frequent_words
from morning.features.posts import AudienceOptions, Posts
from morning.prepare.looks import prospect
from morning.roster import Roster
from morning.sources import Source

#: Test brands below which a number says hardly anything, and is said to.
FEW_BRANDS = 20


@dataclass(frozen=True)
class Outlook:
    """What a run will have."""

    brands: dict[str, int]
    """Split -> number of brands, validation brands marked."""
    candidates: int
    """Influencers that the test brands rank."""
    blocks: dict[str, str] = field(default_factory=dict)
    """Block -> what it will be made of."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Block -> why there will be none."""
    errors: tuple[Problem, ...] = ()
    """Why the run could not finish; nothing else is wrong with the data."""

    def lines(self) -> Iterator[str]:
        """Yield what a person wants to know."""
        splits = ", ".join(f"{self.brands[split]} to {verb}" for split, verb in _VERBS.items())
        yield f"brands: {splits}; {self.candidates} candidates"
        for block, made in self.blocks.items():
            yield f"{block}: {made}"
        for block, why in self.left_out.items():
            yield f"{block}: left out, {why}"
        if 0 < self.brands["test"] < FEW_BRANDS:
            yield (
                f"{self.brands['test']} test brands are few: differences between methods will "
                "mostly be chance, and the intervals say so"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the same for machines."""
        return {
            "brands": self.brands,
            "candidates": self.candidates,
            "blocks": self.blocks,
            "left_out": self.left_out,
        }


_VERBS = {"train": "train on", "validation": "validate on", "test": "test on"}


def outlook(source: Source) -> Outlook:
    """Return what a run on a source will have.

    Parameters
    ----------
    source : Source
        Of valid data, from `sources.load`.
    """
    roster: Roster = source.dataset if source.features is None else source.features
    blocks: dict[str, str] = {}
    left_out: dict[str, str] = {}
    if source.features is not None:
        blocks = {name: f"{size} columns" for name, size in source.features.sizes().items()}
    else:
        for block, found in _blocks(source.dataset):
            try:
                blocks[block] = found()
            except MorningError as error:
                left_out[block] = str(error)
    errors = [Problem("accounts", rule) for rule in _cannot_learn(roster)]
    if not blocks:
        why = "; ".join(f"{block}: {reason}" for block, reason in left_out.items())
        errors.append(Problem("posts", f"leave nothing to learn from ({why})"))
    brands = {split: len(roster.brands(split)) for split in SPLITS}
    candidates = len(official_task(roster).influencers) if brands["test"] else 0
    return Outlook(brands, candidates, blocks, left_out, tuple(errors))


def _cannot_learn(roster: Roster) -> Iterator[str]:
    """Yield why no ranking could be learnt, or none be tested."""
    for split, verb in (("train", "learn from"), ("test", "rank for")):
        if not len(roster.brands(split)):
            yield f"have no brand to {verb}: no split = {split}, and at least two brands are needed"
            return
    for task, split in ((training_task(roster), "train"), (official_task(roster), "test")):
        if task.positives.all():
            yield (
                f"leave nothing to compare: every brand of the split {split} worked with every "
                "candidate; more brands or influencers are needed"
            )


def _blocks(dataset: Dataset) -> Iterator[tuple[str, Any]]:
    """Yield every block, and what says what it will be made of, or raises why it cannot be."""
    own = Posts.own(dataset)
    yield "content_visual", lambda: _pictures(own)
    yield "content_topics", lambda: _topics(own)
    if dataset.audiences.empty:
        missing = "the data have no audiences"
        yield "audience_visual", lambda: _raise(missing)
        yield "audience_topics", lambda: _raise(missing)
    else:
        audience = Posts.of_audience(dataset, AudienceOptions())
        yield "audience_visual", lambda: _pictures(audience)
        yield "audience_topics", lambda: _topics(audience)
    yield "attribute", lambda: _attributes(dataset)


def _raise(reason: str) -> str:
    raise MorningError(reason)


def _pictures(posts: Posts) -> str:
    number = int(posts.column("image").notna().sum())
    if posts.root is None or number == 0:
        raise MorningError("no post has a picture")
    return f"{number:,} pictures, {prospect()}"


def _topics(posts: Posts) -> str:
    fitted = posts.documents().select(np.flatnonzero(posts.training))
    return f"{len(frequent_words(fitted)):,} words of {len(posts):,} captions"


def _attributes(dataset: Dataset) -> str:
    options = BiographyOptions()
    level = logging.getLogger("morning.attributes").level
    logging.getLogger("morning.attributes").setLevel(logging.ERROR)  # the run will say it
    try:
        lists = attribute_lists(dataset, learn_keywords(dataset, ConceptGraph.default(), options))
    finally:
        logging.getLogger("morning.attributes").setLevel(level)
    pairs = training_collaborations(dataset, options.splits)
    graph = cooccurrence_graph(lists, pairs)
    if graph.number_of_edges == 0:
        raise MorningError("biographies and categories hold too few attributes that occur together")
    return f"{len(graph):,} attributes"

"""What a run on some data will have, and whether it will finish: the promise of `morning check`.

Nothing is fitted, and neither torch nor gensim is loaded.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from morning.attributes.biographies import BiographyOptions, attribute_lists, learn_keywords
from morning.attributes.concepts import ConceptGraph
from morning.attributes.cooccurrence import cooccurrence_graph, training_collaborations
from morning.dataset import SPLITS, Dataset
from morning.errors import MorningError, Problem
from morning.evaluation.protocol import caution, official_task, training_task
from morning.features.documents import frequent_words
from morning.features.languages import ENGLISH, NAMES, is_unreadable
from morning.features.posts import AudienceOptions, Posts
from morning.prepare.estimate import Estimate
from morning.prepare.looks import prospect
from morning.roster import Roster
from morning.sources import Source

#: Captions that are looked at; of more, so many are drawn.
LOOKED_AT = 10_000
#: Share of captions below which a language is not worth a word.
FEW_CAPTIONS = 0.01


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
    languages: dict[str, dict[str, int]] = field(default_factory=dict)
    """Block of topics -> language (ISO 639-1) -> number of captions among those that were looked
    at, the most common first."""
    estimate: Estimate | None = None
    """What it will take; None where it could not finish."""
    caution: str = ""
    """How little the numbers will say, where test brands are few."""
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
        if self.estimate:
            yield f"a run takes {self.estimate}"
        if self.caution:
            yield self.caution

    def as_dict(self) -> dict[str, Any]:
        """Return the same for machines."""
        return {
            "brands": self.brands,
            "candidates": self.candidates,
            "blocks": self.blocks,
            "left_out": self.left_out,
            "languages": self.languages,
            "caution": self.caution,
            "estimate": asdict(self.estimate) if self.estimate else None,
        }


_VERBS = {"train": "train on", "validation": "validate on", "test": "test on"}


def outlook(source: Source) -> Outlook:
    """Return what a run on a source will have.

    Parameters
    ----------
    source : Source
        Of valid data, from `sources.load`.
    """
    roster = source.roster
    blocks: dict[str, str] = {}
    left_out: dict[str, str] = {}
    languages: dict[str, dict[str, int]] = {}
    posts: dict[str, Posts] = {}
    if source.features is not None:
        blocks = {name: f"{size} columns" for name, size in source.features.sizes().items()}
    else:
        posts = _posts(source.dataset)
        seen = {whose: of.sample(LOOKED_AT) for whose, of in posts.items()}
        languages = {f"{whose}_topics": spoken(of) for whose, of in seen.items()}
        for block, found in _blocks(source.dataset, posts, seen):
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
    said = caution(roster) if brands["test"] else ""
    needs = None if errors else _estimate(roster, posts, blocks)
    return Outlook(brands, candidates, blocks, left_out, languages, needs, said, tuple(errors))


def _estimate(roster: Roster, posts: Mapping[str, Posts], blocks: Collection[str]) -> Estimate:
    """Return what a run takes that makes these blocks of posts."""
    looked_at = (of for whose, of in posts.items() if f"{whose}_visual" in blocks)
    read = (of for whose, of in posts.items() if f"{whose}_topics" in blocks)
    return Estimate.of(
        captions=sum(len(of) for of in read),
        pictures=sum(int(of.column("image").notna().sum()) for of in looked_at),
        pairs=int(training_task(roster).positives.sum()),
    )


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


def spoken(posts: Posts) -> dict[str, int]:
    """Return how many captions are in which language, the most common first."""
    return dict(Counter(posts.languages[posts.captions != ""].tolist()).most_common())


def _posts(dataset: Dataset) -> dict[str, Posts]:
    """Return whose posts there are."""
    if dataset.audiences.empty:
        return {"content": Posts.own(dataset)}
    audience = Posts.of_audience(dataset, AudienceOptions())
    return {"content": Posts.own(dataset), "audience": audience}


def _blocks(
    dataset: Dataset, posts: dict[str, Posts], seen: dict[str, Posts]
) -> Iterator[tuple[str, Any]]:
    """Yield every block, and what says what it will be made of, or raises why it cannot be."""
    for whose in ("content", "audience"):
        if (of := posts.get(whose)) is not None:
            yield f"{whose}_visual", partial(_pictures, of)
            yield f"{whose}_topics", partial(_topics, of, seen[whose])
        else:
            missing = "the data have no audiences"
            yield f"{whose}_visual", partial(_raise, missing)
            yield f"{whose}_topics", partial(_raise, missing)
    yield "attribute", lambda: _attributes(dataset)


def _raise(reason: str) -> str:
    raise MorningError(reason)


def _pictures(posts: Posts) -> str:
    number = int(posts.column("image").notna().sum())
    if posts.root is None or number == 0:
        raise MorningError("no post has a picture")
    return f"{number:,} pictures, {prospect()}"


def _topics(posts: Posts, seen: Posts) -> str:
    """Say what topics will be made of, by a sample of the posts."""
    fitted = seen.documents().select(np.flatnonzero(seen.training))
    found = f"{len(frequent_words(fitted)):,} words of {len(posts):,} captions"
    if len(seen) < len(posts):
        found += f", by {len(seen):,} of them"
    return found + _in_languages(spoken(seen)) + _unread(seen)


def _in_languages(captions: dict[str, int]) -> str:
    """Return the languages that are worth a word, where English is not the only one."""
    total = sum(captions.values())
    common = {code: n for code, n in captions.items() if n >= FEW_CAPTIONS * total}
    if set(common) <= {ENGLISH}:
        return ""
    named = [f"{NAMES[code]} {n:,}" for code, n in common.items()]
    rest = total - sum(common.values())
    return f" ({', '.join([*named, f'others {rest:,}'] if rest else named)})"


def _unread(posts: Posts) -> str:
    """Return how many captions are in scripts that cannot be read, where there are any."""
    number = sum(map(is_unreadable, posts.captions))
    if not number:
        return ""
    return (
        f"; {number:,} captions have Lao, Burmese or Khmer, whose words are left out: "
        "nothing here knows where they end"
    )


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

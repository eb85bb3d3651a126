"""The perspectives that posts give, of a source: what notebooks 02 and 03 call (eq 4-8, 10-11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from morning.errors import MorningError
from morning.features import PERSPECTIVES
from morning.features.block import Block
from morning.features.documents import Documents, frequent_words
from morning.features.posts import RECENT, AudienceOptions, Posts
from morning.features.topics import TopicOptions, choose_topics, topic_block
from morning.features.visual.blocks import visual_block
from morning.features.visual.recognise import FEATURES, square
from morning.places import cache_folder
from morning.prepare.perspective import Perspective, feature_set, part_of
from morning.prepare.recognisers import choice, recognisers
from morning.prepare.recognisers import keep as keep_recognisers
from morning.prepare.skipped import skipped_posts, skipped_sentence

if TYPE_CHECKING:
    from morning.features.visual.recogniser import Recogniser
    from morning.sources import Source

#: Block -> what makes it of posts, for the blocks that take no settings.
MAKERS: dict[str, Callable[[Posts], Block]] = {}
#: Numbers of topics that are tried: the authors' range, and one for small collections.
_TOPICS, _FEW_TOPICS, _FEW_DOCUMENTS = range(20, 30), range(6, 22, 3), 1000
#: What rivals will ask of the pictures of own posts; kept now, nobody looks at them again.
_FOR_RIVALS = (FEATURES, square(32), square(64))


def content(
    source: Source, folder: str | Path, *, visual: str = "auto", topics: int = 0, seed: int = 0
) -> Perspective:
    """Return the content perspective of a source.

    Parameters
    ----------
    source : Source
    folder : path
        Where the fitted topic model is kept (`content_topics/`).
    visual : str
        Networks for the pictures, see `recognisers`.
    topics : int
        Number of topics; 0 chooses it by perplexity and coherence.
    seed : int
        Of the topic model.
    """
    if source.features is not None:
        return Perspective(part_of(source.features, "content"))
    posts = Posts.own(source.dataset)
    prepared = _prepared("content", posts, source, folder, visual, topics, seed)
    if posts.older:
        prepared.notes.append(
            f"Of each account the newest {RECENT} posts count, as in the paper (equation 4): "
            f"{posts.older:,} older ones do not."
        )
    return prepared


def audience(
    source: Source, folder: str | Path, *, visual: str = "auto", topics: int = 0, seed: int = 0
) -> Perspective:
    """Return the audience perspective of a source.

    Parameters are those of `content`, with one difference: `seed` also draws which audience
    accounts and which of their posts stand for the audience, and so which pictures are seen.
    """
    if source.features is not None:
        return Perspective(part_of(source.features, "audience"))
    if source.dataset.audiences.empty:
        return Perspective(feature_set(source, {}), notes=["The data have no audiences."])
    posts = Posts.of_audience(source.dataset, AudienceOptions(seed=seed))
    return _prepared("audience", posts, source, folder, visual, topics, seed)


def _prepared(
    perspective: str,
    posts: Posts,
    source: Source,
    folder: str | Path,
    visual: str,
    topics: int,
    seed: int,
) -> Perspective:
    """Compute the blocks of posts."""
    prepared = Perspective(feature_set(source, {}), documents=posts.documents())
    keep = _FOR_RIVALS if posts.audience is None else ()
    found = recognisers(visual, source)
    _add_visual(prepared, f"{perspective}_visual", posts, found, keep)
    if prepared.columns and not isinstance(found, str):
        keep_recognisers(found, choice(visual, source), Path(folder))
    name = f"{perspective}_topics"
    _add_topics(prepared, name, posts, topics, TopicOptions(seed=seed), Path(folder) / name)
    makers = {name: MAKERS[name] for name in PERSPECTIVES[perspective] if name in MAKERS}
    prepared.blocks |= {name: make(posts) for name, make in makers.items()}
    prepared.features = feature_set(source, prepared.blocks)
    return prepared


def _add_visual(
    prepared: Perspective,
    name: str,
    posts: Posts,
    found: tuple[Recogniser, Recogniser] | str,
    keep: Iterable[str],
) -> None:
    if isinstance(found, str):
        prepared.notes.append(found)
        return
    if not (posts.column("image").fillna("") != "").any():
        prepared.notes.append("Pictures are left out: no post has one.")
        return
    objects, scenes = found
    keep = [part for part in keep if part != FEATURES or objects.classifier is not None]
    block = visual_block(posts, objects, scenes, cache_folder("pictures"), keep=keep)
    if block.skipped:
        prepared.skipped = skipped_posts(posts, block)
        listed = f"{name.removesuffix('_visual')}_skipped_pictures.csv"
        prepared.notes.append(skipped_sentence(block, listed))
    if not block.counts["posts_pooled"]:
        prepared.notes.append("Pictures are left out: none can be used.")
        return
    prepared.blocks[name] = block
    prepared.columns = {
        "objects": dict(enumerate(objects.labels)),
        "scenes": dict(enumerate(scenes.labels, start=len(objects.labels))),
    }


def _add_topics(
    prepared: Perspective,
    name: str,
    posts: Posts,
    topics: int,
    options: TopicOptions,
    folder: Path,
) -> None:
    try:
        if topics == 0:
            fitted = posts.documents().select(np.flatnonzero(posts.training))
            prepared.topic_choice, topics = choose_topics(fitted, _numbers(fitted), options)
        prepared.blocks[name], prepared.topics = topic_block(posts, replace(options, topics=topics))
    except MorningError as error:
        prepared.notes.append(f"Topics are left out: {error}")
        return
    prepared.topics.save(folder)


def _numbers(documents: Documents) -> list[int]:
    """Return the numbers of topics to try: no more than there are words, or documents with any."""
    tried = _FEW_TOPICS if len(documents) < _FEW_DOCUMENTS else _TOPICS
    filled = sum(len(documents.numbers(i)) > 0 for i in range(len(documents)))
    most = min(filled, len(frequent_words(documents)))
    return [k for k in tried if k <= most] or [max(2, most)]

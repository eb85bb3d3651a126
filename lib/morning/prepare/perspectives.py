"""From a data source to the blocks of each perspective: what notebooks 02 to 04 call.

A source with vectors hands them on; a source with raw posts has them computed (eq 4-6, 7-8,
10-11, 13-18). What cannot be computed is left out with a note, never made up.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from morning.attributes.block import AttributeOptions, attribute_block
from morning.attributes.embedding import Node2VecOptions
from morning.attributes.graph import AttributeGraph
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features import PERSPECTIVES, FeatureSet
from morning.features.block import Block
from morning.features.featureset import account_table
from morning.features.posts import AudienceOptions
from morning.features.topics import (
    TopicModel,
    TopicOptions,
    audience_documents,
    audience_topics,
    choose_topics,
    content_documents,
    content_topics,
    training_accounts,
)
from morning.features.visual import (
    Recogniser,
    SmallOptions,
    audience_visual,
    content_visual,
    imagenet_resnet,
    load_small,
    places365_resnet,
    save_small,
    train_small,
)
from morning.places import cache_folder, data_folder
from morning.sources import Source, demo

log = logging.getLogger(__name__)

#: Environment variable that names a folder with pretrained picture networks.
WEIGHTS = "MORNING_WEIGHTS"
_IMAGENET_FILE = "resnet101.pth"
#: Numbers of topics that are tried: the authors' range, and one for small collections.
_TOPICS, _FEW_TOPICS, _FEW_DOCUMENTS = range(20, 30), range(6, 22, 3), 1000
#: Walks for graphs of a few hundred attributes: with the default window nearly every pair of
#: nodes would be neighbours, and all vectors alike.
_SMALL_GRAPH = Node2VecOptions(window=2, walks=50)
_DRAWN = {"pictures": 3000, "seed": 1, "size": 64}  # training pictures of the demo's networks


@dataclass
class Perspective:
    """The blocks of one perspective and what was learned on the way.

    Attributes
    ----------
    features : FeatureSet
        With the blocks of this perspective alone; possibly none.
    blocks : dict of str to Block
        Empty where the source brought its vectors.
    notes : list of str
        What was left out, and why.
    topics : TopicModel or None
    topic_choice : DataFrame or None
        Fit and coherence of every number of topics tried.
    documents : list of str
        What the topics were inferred from, one per account.
    columns : dict
        For `objects` and `scenes`: column of the visual block -> label.
    graph : AttributeGraph or None
        Of training collaborations, where it was built here.
    lists : dict of account id to tuple of str
        Attributes of each account.
    """

    features: FeatureSet
    blocks: dict[str, Block] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    topics: TopicModel | None = None
    topic_choice: pd.DataFrame | None = None
    documents: list[str] = field(default_factory=list)
    columns: dict[str, dict[int, str]] = field(default_factory=dict)
    graph: AttributeGraph | None = None
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def content(
    source: Source, folder: Path, *, visual: str = "auto", topics: int = 0, seed: int = 0
) -> Perspective:
    """Return the content perspective of a source.

    Parameters
    ----------
    source : Source
    folder : path
        Where fitted models are kept (`content_topics/`).
    visual : str
        Networks for the pictures, see `recognisers`.
    topics : int
        Number of topics; 0 chooses it by perplexity and coherence.
    seed : int
        Of the topic model.
    """
    if source.features is not None:
        return Perspective(_only(source.features, "content"))
    documents = content_documents(source.dataset)
    prepared = Perspective(_features(source, {}), documents=list(documents))
    _add_visual(prepared, "content_visual", visual, source, content_visual)
    options = TopicOptions(seed=seed)
    _add_topics(
        prepared,
        "content_topics",
        topics,
        source,
        folder,
        options,
        lambda chosen: content_topics(source.dataset, chosen),
    )
    prepared.features = _features(source, prepared.blocks)
    return prepared


def audience(
    source: Source, folder: Path, *, visual: str = "auto", topics: int = 0, seed: int = 0
) -> Perspective:
    """Return the audience perspective of a source; parameters as in `content`."""
    if source.features is not None:
        return Perspective(_only(source.features, "audience"))
    prepared = Perspective(_features(source, {}))
    if source.dataset.audiences.empty:
        prepared.notes.append("The data have no audiences.")
        return prepared
    choice = AudienceOptions(seed=seed)
    prepared.documents = list(audience_documents(source.dataset, choice))
    _add_visual(
        prepared,
        "audience_visual",
        visual,
        source,
        partial(audience_visual, audience=choice),
    )
    _add_topics(
        prepared,
        "audience_topics",
        topics,
        source,
        folder,
        TopicOptions(topics=21, seed=seed),
        lambda chosen: audience_topics(source.dataset, chosen, choice),
    )
    prepared.features = _features(source, prepared.blocks)
    return prepared


def attribute(source: Source, folder: Path, *, seed: int = 0) -> Perspective:
    """Return the attribute perspective of a source.

    Parameters
    ----------
    source : Source
    folder : path
        Where the fitted encoder is kept (`attributes/`).
    seed : int
        Of the walks and node vectors.
    """
    if source.features is not None:
        return Perspective(_only(source.features, "attribute"))
    large = len(account_table(source.dataset)) > _FEW_DOCUMENTS
    walks = replace(Node2VecOptions() if large else _SMALL_GRAPH, seed=seed)
    try:
        made = attribute_block(source.dataset, AttributeOptions(node2vec=walks))
    except MorningError as error:
        note = f"Attributes are left out: {error}"
        return Perspective(_features(source, {}), notes=[note])
    made.encoder.save(folder / "attributes")
    blocks = {"attribute": Block(made.values, made.made, {})}
    return Perspective(_features(source, blocks), blocks, graph=made.graph, lists=dict(made.lists))


def recognisers(visual: str, source: Source) -> tuple[Recogniser, Recogniser] | str:
    """Return the networks for objects and scenes, or a sentence why there are none.

    Parameters
    ----------
    visual : str
        `small`: two small networks trained here on drawn pictures, the demo's own kind.
        `network`: ImageNet and Places365 networks, downloaded once. A folder: the same from
        files in it. `none`: no pictures. `auto`: `small` for the demo, whose pictures are drawn,
        else the folder named by `MORNING_WEIGHTS` where that is set, else none.
    source : Source
    """
    if visual == "auto":
        visual = "small" if source.planted else os.environ.get(WEIGHTS, "")
    if not visual:
        return (
            f"Pictures are left out: no networks to recognise what they show. Set {WEIGHTS} to a "
            f"folder with {_IMAGENET_FILE} and the Places365 files, or visual=network."
        )
    if visual == "none":
        return "Pictures are left out, as asked."
    if visual == "small":
        return _small_recognisers(data_folder() / "recognisers")
    if visual == "network":
        return imagenet_resnet(), places365_resnet()
    folder = Path(visual)
    if not folder.is_dir():
        raise MorningError(f"visual={visual!r}: neither a folder nor auto, none, small, network")
    return imagenet_resnet(path=folder / _IMAGENET_FILE), places365_resnet(folder=folder)


def _small_recognisers(folder: Path) -> tuple[Recogniser, Recogniser]:
    """Train the two small networks side by side, once."""
    jobs = {"objects": SmallOptions(), "scenes": SmallOptions(epochs=3)}
    absent = {n: o for n, o in jobs.items() if not (folder / n / "recogniser.json").is_file()}
    if absent:
        log.info("training small networks for %s", " and ".join(absent))
        with ProcessPoolExecutor(len(absent), mp_context=get_context("spawn")) as pool:
            for done in [pool.submit(_train_small, n, o, folder / n) for n, o in absent.items()]:
                done.result()
    return load_small(folder / "objects"), load_small(folder / "scenes")


def _train_small(kind: str, options: SmallOptions, folder: Path) -> None:
    torch.set_num_threads(1)
    pictures, objects, scenes = demo.labelled_pictures(
        _DRAWN["pictures"], seed=_DRAWN["seed"], size=_DRAWN["size"]
    )
    labels, names = (objects, demo.OBJECTS) if kind == "objects" else (scenes, demo.SCENES)
    save_small(train_small(pictures, labels, names, options), folder)


def _add_visual(
    prepared: Perspective,
    name: str,
    visual: str,
    source: Source,
    build: Callable[[Dataset, Recogniser, Recogniser, Path], Block],
) -> None:
    found = recognisers(visual, source)
    if isinstance(found, str):
        prepared.notes.append(found)
        return
    objects, scenes = found
    block = build(source.dataset, objects, scenes, cache_folder("pictures"))
    prepared.blocks[name] = block
    prepared.columns = {
        "objects": dict(enumerate(objects.labels)),
        "scenes": dict(enumerate(scenes.labels, start=len(objects.labels))),
    }
    if block.skipped:
        prepared.notes.append(f"{len(block.skipped)} pictures could not be used.")


def _add_topics(
    prepared: Perspective,
    name: str,
    topics: int,
    source: Source,
    folder: Path,
    options: TopicOptions,
    build: Callable[[TopicOptions], tuple[Block, TopicModel]],
) -> None:
    try:
        if topics == 0:
            training = np.flatnonzero(training_accounts(source.dataset))
            fitted = [prepared.documents[i] for i in training]
            prepared.topic_choice, topics = choose_topics(fitted, _range(fitted), options)
        prepared.blocks[name], prepared.topics = build(replace(options, topics=topics))
    except MorningError as error:
        prepared.notes.append(f"Topics are left out: {error}")
        return
    prepared.topics.save(folder / name)


def _range(documents: Sequence[str]) -> range:
    return _FEW_TOPICS if len(documents) < _FEW_DOCUMENTS else _TOPICS


def _features(source: Source, blocks: dict[str, Block]) -> FeatureSet:
    return FeatureSet(
        accounts=account_table(source.dataset),
        collaborations=source.dataset.collaborations,
        blocks={name: block.values for name, block in blocks.items()},
        source=source.name,
        made={name: block.made for name, block in blocks.items()},
    )


def _only(features: FeatureSet, perspective: str) -> FeatureSet:
    names = PERSPECTIVES[perspective]
    return replace(features, blocks={n: b for n, b in features.blocks.items() if n in names})

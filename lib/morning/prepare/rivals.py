"""What the rivals of Table III need beyond a FeatureSet, from whatever a source offers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.features.featureset import account_table
from morning.features.rivals.concepts import concepts
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.rivals.inputs import NEEDS, Concepts, Inputs
from morning.features.rivals.pictures import picture_vectors
from morning.features.rivals.posts import (
    WordOptions,
    activity,
    caption_vectors,
    competence,
    history,
    text_history,
    word_vectors,
)
from morning.places import cache_folder
from morning.prepare.perspectives import recognisers
from morning.sources import Source, public

_CONCEPT_CAPTIONS = 100  # length of CAMERA's concept vectors


def rival_inputs(
    source: Source,
    features: FeatureSet,
    *,
    needs: Collection[str] = tuple(NEEDS),
    visual: str = "auto",
    cosmic: CosmicOptions | None = None,
) -> tuple[Inputs, list[str]]:
    """Return what the methods of Table III may be fitted on.

    Word2Vec on training captions stands for MIR's word vectors, what enters the last layer of
    our object network for VGG16's pooling maps, and that network for CAMERA's concept generator:
    the objects it knows are the concepts.

    Parameters
    ----------
    source : Source
    features : FeatureSet
        The vectors that MORNING is trained on.
    needs : collection of str
        Keys of `NEEDS`; nothing else is computed. Default everything.
    visual : str
        Networks for pictures, see `prepare.recognisers`.
    cosmic : CosmicOptions, optional
        How CAMERA's network from pictures to concepts is trained.

    Returns
    -------
    inputs : Inputs
        What cannot be had is None: methods that need it say so in the table.
    notes : list of str
        What is left out, and why; how well concepts are recognised.
    """
    if source.released:
        return Inputs(features, competence=public.competence()), []
    if not source.has_posts:
        return Inputs(features), ["Without posts, only methods that rank from vectors can run."]
    dataset = source.dataset
    if list(features.accounts["account_id"]) != list(account_table(dataset)["account_id"]):
        raise MorningError(
            f"the FeatureSet was not made from {source.name}: its accounts, or their order, differ"
        )
    parts: dict[str, Any] = {}
    notes: list[str] = []

    def add(name: str, make: Callable[[], Any]) -> None:
        if name in needs:
            try:
                parts[name] = make()
            except MorningError as error:
                notes.append(f"{NEEDS[name].capitalize()}: {error}.")

    add("activity", lambda: activity(dataset))
    add("competence", lambda: competence(dataset))
    add("text_history", lambda: text_history(dataset))
    if not {"image_history", "concepts"} & set(needs):
        return Inputs(features, **parts), notes
    found = recognisers(visual, source)
    if isinstance(found, str):
        return Inputs(features, **parts), [*notes, found]
    objects, _ = found
    try:
        kept = cache_folder("picture_vectors")
        vectors, probabilities = picture_vectors(dataset, objects, folder=kept)
    except MorningError as error:
        return Inputs(features, **parts), [*notes, f"Pictures are left out: {error}."]
    add("image_history", lambda: history(dataset, vectors))

    def known_concepts() -> Concepts:
        words = word_vectors(dataset, WordOptions(size=_CONCEPT_CAPTIONS))
        made, agreement = concepts(
            dataset,
            probabilities,
            objects.labels,
            caption_vectors(dataset, words),
            cosmic,
            folder=cache_folder("cosmic"),
        )
        notes.append(str(agreement))
        return made

    add("concepts", known_concepts)
    return Inputs(features, **parts), notes

"""What the rivals of Table III need beyond a FeatureSet, from whatever a source offers."""

from __future__ import annotations

import logging

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.models.baselines import Inputs
from morning.models.baselines.posts import (
    WordOptions,
    activity,
    caption_vectors,
    competence,
    concepts,
    history,
    picture_vectors,
    text_history,
    word_vectors,
)
from morning.prepare import recognisers
from morning.sources import Source, public

log = logging.getLogger(__name__)

_CONCEPT_CAPTIONS = 100  # length of CAMERA's concept vectors


def rival_inputs(
    source: Source, features: FeatureSet, *, visual: str = "auto"
) -> tuple[Inputs, list[str]]:
    """Return everything that the methods of Table III may be fitted on.

    Word2Vec on training captions stands for MIR's word vectors, the last layer of our object
    network for VGG16's pooling maps, and the objects it knows for CAMERA's concepts.

    Parameters
    ----------
    source : Source
    features : FeatureSet
        The vectors that MORNING is trained on.
    visual : str
        Networks for pictures, see `prepare.recognisers`.

    Returns
    -------
    inputs : Inputs
        What cannot be had is None: methods that need it say so in the table.
    notes : list of str
        What is left out, and why.
    """
    if source.name == "public":
        return Inputs(features, competence=public.competence()), []
    if not source.has_posts:
        return Inputs(features), ["Without posts, only methods that rank from vectors can run."]
    dataset = source.dataset
    parts: dict[str, object] = {"activity": activity(dataset)}
    notes = []
    try:
        parts["competence"] = competence(dataset)
        parts["text_history"] = text_history(dataset)
    except MorningError as error:
        notes.append(str(error))
    found = recognisers(visual, source)
    if isinstance(found, str):
        return Inputs(features, **parts), [*notes, found]  # type: ignore[arg-type]
    objects, _ = found
    vectors, probabilities = picture_vectors(dataset, objects)
    parts["image_history"] = history(dataset, vectors)
    if "text_history" in parts:
        captions = caption_vectors(
            dataset, word_vectors(dataset, WordOptions(size=_CONCEPT_CAPTIONS))
        )
        parts["concepts"] = concepts(dataset, probabilities, objects.labels, captions)
    return Inputs(features, **parts), notes  # type: ignore[arg-type]

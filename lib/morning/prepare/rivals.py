"""What the rivals of Table III need beyond a FeatureSet, from whatever a source offers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.features.posts import Posts
from morning.features.rivals.concepts import concepts
from morning.features.rivals.cosmic import CosmicOptions
from morning.features.rivals.engagement import activity, competence, history
from morning.features.rivals.inputs import NEEDS, Concepts, Inputs
from morning.features.rivals.words import WordOptions, caption_vectors, text_history, word_vectors
from morning.features.visual.blocks import look
from morning.features.visual.recognise import FEATURES, square
from morning.places import cache_folder
from morning.prepare.recognisers import recognisers
from morning.sources import public

if TYPE_CHECKING:
    from morning.sources import Source

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
    posts = Posts.own(source.dataset)
    if list(features.accounts["account_id"]) != list(posts.accounts["account_id"]):
        raise MorningError(
            f"the FeatureSet was not made from {source.name}: its accounts, or their order, differ"
        )
    cosmic = cosmic or CosmicOptions()
    parts: dict[str, Any] = {}
    notes: list[str] = []

    def add(name: str, make: Callable[[], Any]) -> None:
        if name in needs:
            try:
                parts[name] = make()
            except MorningError as error:
                notes.append(f"{NEEDS[name].capitalize()}: {error}.")

    add("activity", lambda: activity(posts))
    add("competence", lambda: competence(posts, source.dataset.collaborations))
    add("text_history", lambda: text_history(posts))
    if not {"image_history", "concepts"} & set(needs):
        return Inputs(features, **parts), notes
    found = recognisers(visual, source)
    if isinstance(found, str):
        return Inputs(features, **parts), [*notes, found]
    objects, scenes = found
    wanted = {"image_history": FEATURES, "concepts": square(cosmic.size)}
    keep = [part for need, part in wanted.items() if need in needs]
    try:
        seen = look(posts, objects, scenes, cache_folder("pictures"), keep=keep)
    except MorningError as error:
        return Inputs(features, **parts), [*notes, f"Pictures are left out: {error}."]
    if not seen.encoded.row_of:
        why = "Pictures are left out: none of the posts has a usable picture."
        return Inputs(features, **parts), [*notes, why]
    kept = {part: seen.of_posts(rows) for part, rows in seen.encoded.kept.items()}
    add("image_history", lambda: history(posts, kept[FEATURES]))

    def known_concepts() -> Concepts:
        vectors = word_vectors(posts, WordOptions(size=_CONCEPT_CAPTIONS))
        made, agreement = concepts(
            posts,
            kept[square(cosmic.size)],
            seen.of_posts(seen.encoded.objects),
            objects.labels,
            caption_vectors(posts, vectors),
            cosmic,
            folder=cache_folder("cosmic"),
        )
        notes.append(str(agreement))
        return made

    add("concepts", known_concepts)
    return Inputs(features, **parts), notes

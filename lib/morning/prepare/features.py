"""From a data source to a FeatureSet, in one call."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from morning.features import FeatureSet
from morning.prepare.attributes import attributes
from morning.prepare.perspectives import audience, content

if TYPE_CHECKING:
    from morning.sources import Source

log = logging.getLogger(__name__)


def make_features(
    source: Source, folder: str | Path, *, visual: str = "auto", topics: int = 0, seed: int = 0
) -> FeatureSet:
    """Return the vectors of a source: its own, or those computed of its posts and biographies.

    Parameters
    ----------
    source : Source
    folder : path
        Where fitted models are kept.
    visual, topics
        As in `morning.prepare.perspectives.content`.
    seed : int
        Of all three perspectives.

    Raises
    ------
    ContractError
        If no block can be computed.
    """
    if source.features is not None:
        return source.features
    parts = [
        content(source, folder, visual=visual, topics=topics, seed=seed),
        audience(source, folder, visual=visual, topics=topics, seed=seed),
        attributes(source, folder, seed=seed),
    ]
    for note in (note for part in parts for note in part.notes):
        log.warning("%s", note)
    return replace(
        parts[0].features,
        blocks={name: b for part in parts for name, b in part.features.blocks.items()},
        made={name: how for part in parts for name, how in part.features.made.items()},
    ).validate()

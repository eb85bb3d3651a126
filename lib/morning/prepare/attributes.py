"""The attribute perspective of a source (eq 13-18): what notebook 04 calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from morning.attributes.block import AttributeOptions, attribute_block
from morning.attributes.embedding import Node2VecOptions
from morning.errors import MorningError
from morning.features.featureset import account_table
from morning.prepare.perspective import Perspective, feature_set, part_of

if TYPE_CHECKING:
    from morning.sources import Source

_FEW_ACCOUNTS = 1000
#: Walks for graphs of a few hundred attributes: with the default window nearly every pair of
#: nodes would be neighbours, and all vectors alike.
_SMALL_GRAPH = Node2VecOptions(window=2, walks=50)


def attributes(source: Source, folder: str | Path, *, seed: int = 0) -> Perspective:
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
        return Perspective(part_of(source.features, "attribute"))
    large = len(account_table(source.dataset)) > _FEW_ACCOUNTS
    walks = replace(Node2VecOptions() if large else _SMALL_GRAPH, seed=seed)
    try:
        block, learnt = attribute_block(source.dataset, AttributeOptions(node2vec=walks))
    except MorningError as error:
        note = f"Attributes are left out: {error}"
        return Perspective(feature_set(source, {}), notes=[note])
    learnt.encoder.save(Path(folder) / "attributes")
    blocks = {"attribute": block}
    return Perspective(
        feature_set(source, blocks), blocks, graph=learnt.graph, lists=dict(learnt.encoder.lists)
    )

"""Perspectives of a run on disk: computed apart, joined into one FeatureSet for training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from morning.errors import MorningError
from morning.features import PERSPECTIVES, FeatureSet
from morning.files import read_json, sha256, write_json


def save_perspective(folder: str | Path, perspective: str, features: FeatureSet) -> None:
    """Write the blocks of one perspective below `folder`, and a note which ones there are.

    The note, `<perspective>.json`, comes last and exists for a perspective without blocks too.
    """
    folder = Path(folder)
    blocks = [name for name in PERSPECTIVES[perspective] if name in features.blocks]
    digest = None
    if blocks:
        features.select(blocks).save(folder / perspective)
        digest = sha256(folder / perspective / "manifest.json")
    write_json(folder / f"{perspective}.json", {"blocks": blocks, "manifest": digest})


def join_perspectives(folder: str | Path) -> FeatureSet:
    """Read every perspective of `folder` and join them into one FeatureSet.

    Raises
    ------
    MorningError
        If a perspective was not saved, none has blocks, or they are about different accounts.
    """
    folder = Path(folder)
    for perspective in PERSPECTIVES:
        if not (folder / f"{perspective}.json").is_file():
            raise MorningError(f"{folder}: the {perspective} perspective has not been saved yet")
    parts = [
        FeatureSet.load(folder / perspective)
        for perspective in PERSPECTIVES
        if read_json(folder / f"{perspective}.json", dict).get("blocks")
    ]
    if not parts:
        raise MorningError(f"{folder}: no perspective has any block")
    first = parts[0]
    for part in parts[1:]:
        same = part.accounts.equals(first.accounts)
        if not (same and part.collaborations.equals(first.collaborations)):
            raise MorningError(f"{folder}: the perspectives are about different accounts")
    return replace(
        first,
        blocks={name: block for part in parts for name, block in part.blocks.items()},
        made={name: how for part in parts for name, how in part.made.items()},
    )


def with_perspective(features: FeatureSet, folder: str | Path) -> FeatureSet:
    """Return vectors with those of a saved perspective before them.

    Unchanged where there are none on one side: then there is nothing to compare.

    Parameters
    ----------
    features : FeatureSet
    folder : path
        Of the perspective, as `save_perspective` wrote it.
    """
    if not (features.blocks and Path(folder).is_dir()):
        return features
    return replace(features, blocks=FeatureSet.load(folder).blocks | features.blocks)

"""Untrained similarity: cosine of standardised blocks, and mean product of raw histories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.features import BLOCKS
from morning.features.standardise import standardised, unit
from morning.rankers.ranker import Arrays, Training, VectorRanker


@dataclass(frozen=True)
class CosineOptions:
    """Which blocks count."""

    blocks: tuple[str, ...] = ()
    """Names of blocks; empty for all that are there."""

    def __post_init__(self) -> None:
        if unknown := set(self.blocks) - set(BLOCKS):
            raise MorningError(f"unknown block: {', '.join(sorted(unknown))}")


class Cosine(VectorRanker):
    """Cosine of the brand's and the candidate's standardised vectors; nothing is learnt."""

    kind = "cosine"
    options_type = CosineOptions
    note = "untrained; topics as logarithms, every column standardised over all accounts"

    @property
    def name(self) -> str:
        """Cosine, or cosine-<blocks>."""
        return "-".join(
            ["cosine", *(["+".join(self.options.blocks)] if self.options.blocks else [])]
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The blocks that are asked for."""
        return self.options.blocks

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        rows = unit(standardised(training.inputs.features, self.options.blocks))
        return {"brand_vectors": rows, "influencer_vectors": rows.copy()}


@dataclass(frozen=True)
class SbrOptions:
    """Options of SBR."""

    pooling: str = "weighted"
    """`weighted` by engagement, or `plain`: how posts are averaged."""

    def __post_init__(self) -> None:
        if self.pooling not in ("weighted", "plain"):
            raise MorningError(f"unknown pooling {self.pooling!r}; take weighted or plain")


class Sbr(VectorRanker):
    """Mean product of the raw text and picture histories of brand and candidate (MIR's SBR)."""

    kind = "SBR"
    options_type = SbrOptions
    interpretation = True
    note = "untrained mean product of averaged post vectors; word and picture vectors are ours"

    @property
    def needs(self) -> tuple[str, ...]:
        """Captions and pictures of posts."""
        return ("text_history", "image_history")

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        inputs = training.inputs
        rows = np.concatenate(
            [
                getattr(inputs.text_history, self.options.pooling),
                getattr(inputs.image_history, self.options.pooling),
            ],
            axis=1,
        )
        return {"brand_vectors": rows / rows.shape[1], "influencer_vectors": rows}

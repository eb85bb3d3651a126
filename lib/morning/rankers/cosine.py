"""Untrained similarity: cosine of the standardised blocks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from morning.errors import MorningError
from morning.features import BLOCKS
from morning.features.standardise import standardised, unit
from morning.rankers.contract import Arrays, Training, VectorRanker, register


@dataclass(frozen=True)
class CosineOptions:
    """Which blocks count."""

    blocks: tuple[str, ...] = ()
    """Names of blocks; empty for all that are there."""

    def __post_init__(self) -> None:
        if unknown := set(self.blocks) - set(BLOCKS):
            raise MorningError(f"unknown block: {', '.join(sorted(unknown))}")


@register(parts=[CosineOptions((block,)) for block in BLOCKS])
class Cosine(VectorRanker):
    """Cosine of the brand's and the candidate's standardised vectors; nothing is learnt."""

    kind = "cosine"
    group = "controls"
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

"""SBR: the mean product of averaged post vectors, untrained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.rankers.contract import Arrays, Training, VectorRanker, register


@dataclass(frozen=True)
class SbrOptions:
    """Options of SBR."""

    pooling: str = "weighted"
    """`weighted` by engagement, or `plain`: how posts are averaged."""

    def __post_init__(self) -> None:
        if self.pooling not in ("weighted", "plain"):
            raise MorningError(f"unknown pooling {self.pooling!r}; take weighted or plain")


@register()
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

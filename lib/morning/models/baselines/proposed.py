"""MORNING itself, under the contract of its rivals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from morning.errors import MorningError
from morning.features import BLOCKS
from morning.models.baselines.neural import NOTHING
from morning.models.baselines.ranker import Arrays, Training, VectorRanker
from morning.models.profiles import Profile, profile
from morning.models.scoring import encode, resolve_device, tensors
from morning.models.training import train


@dataclass(frozen=True)
class MorningOptions:
    """Which MORNING."""

    profile: str = "paper"
    """Name of a profile of `morning.models.PROFILES`."""
    variant: str = "full"
    """Ablation of Table IV."""
    epochs: int | None = None
    """Passes over the positives; default the profile's."""
    blocks: tuple[str, ...] = ()
    """Blocks to use; empty for all that are there."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        if unknown := set(self.blocks) - set(BLOCKS):
            raise MorningError(f"unknown block: {', '.join(sorted(unknown))}")
        self.resolved()

    def resolved(self) -> Profile:
        """Return the profile with these changes."""
        return profile(self.profile).variant(self.variant).trained_with(epochs=self.epochs)


class MorningRanker(VectorRanker):
    """MORNING trained by `morning.models.train`; F is the product of its joined embeddings."""

    kind = "MORNING"
    options_type = MorningOptions
    options: MorningOptions
    seeded = True
    note = "the blocks at hand; epoch chosen on validation brands"

    @property
    def name(self) -> str:
        """MORNING, or with the variant."""
        variant = self.options.variant
        return self.kind if variant == "full" else f"{self.kind}-{variant}"

    @property
    def paper_row(self) -> str | None:
        """MORNING, for the full model."""
        return "MORNING" if self.options.variant == "full" else None

    @property
    def needs(self) -> tuple[str, ...]:
        """The blocks that are asked for."""
        return self.options.blocks

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        if training.fit.positives.all():
            raise MorningError(NOTHING)
        features = training.inputs.features
        if self.options.blocks:
            features = features.select(self.options.blocks)
        wanted = self.options.resolved().trained_with(seed=seed)
        device = self.options.device
        with TemporaryDirectory() as temporary:
            place = folder or Path(temporary) / "MORNING" / f"seed-{seed}"
            trained = train(features, wanted, place, device=device, progress=progress)
        self.about |= {"epoch": trained.epoch, "history": trained.history}
        where = resolve_device(device)
        inputs = tensors(features, trained.model.input_sizes, where)
        everyone = np.arange(len(features))
        arrays = {}
        for side in ("brand", "influencer"):
            parts = encode(trained.model.to(where), inputs, everyone, side)
            arrays[f"{side}_vectors"] = torch.cat(list(parts.values()), dim=1).cpu().numpy()
        return arrays

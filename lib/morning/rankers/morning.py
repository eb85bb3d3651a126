"""MORNING itself, under the contract of its rivals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from morning.errors import MorningError
from morning.features import BLOCKS, FeatureSet
from morning.models.morning import SIDES
from morning.models.profiles import Profile, profile
from morning.models.training import train
from morning.rankers.choice import best_setting
from morning.rankers.contract import Arrays, Training, VectorRanker, register
from morning.rankers.neural import NOTHING


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
    l1: tuple[float, ...] = ()
    """Weights of the L1 norm to choose from; the one with the best validation AUC is taken, the
    middle one where there is no validation brand. Empty for the profile's own."""
    l1_epochs: int = 25
    """Passes after which they are compared."""
    device: str = "auto"
    """Where it is trained."""

    def __post_init__(self) -> None:
        if self.l1_epochs < 1 or (self.l1 and min(self.l1) < 0):
            raise MorningError("l1 must not be negative, and l1_epochs at least 1")
        if unknown := set(self.blocks) - set(BLOCKS):
            raise MorningError(f"unknown block: {', '.join(sorted(unknown))}")
        self.resolved()

    def resolved(self) -> Profile:
        """Return the profile with these changes."""
        return profile(self.profile).variant(self.variant).trained_with(epochs=self.epochs)


@register(
    rows=[MorningOptions(), MorningOptions(l1=(0.0, 1e-4, 1e-3))],
    quick={"l1_epochs": 10},
    tiny={"profile": "quick", "epochs": 4, "l1_epochs": 1},
)
class MorningRanker(VectorRanker):
    """MORNING trained by `morning.models.train`; F is the product of its joined embeddings."""

    kind = "MORNING"
    group = "MORNING"
    options_type = MorningOptions
    options: MorningOptions
    seeded = True
    needs_negatives = True
    note = "the blocks at hand; epoch (tuned: and the weight of L1) chosen on validation brands"

    @property
    def name(self) -> str:
        """MORNING, with the variant, and `tuned` where the weight of the L1 norm is chosen."""
        variant = self.options.variant
        parts = [self.kind] + ([] if variant == "full" else [variant])
        return "-".join(parts + (["tuned"] if self.options.l1 else []))

    @property
    def paper_row(self) -> str | None:
        """MORNING, for the full model as printed."""
        return "MORNING" if self.name == self.kind else None

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
            if self.options.l1:
                wanted = self._chosen(wanted, features, place, progress)
                place = place / "chosen"
            trained = train(features, wanted, place, device=device, progress=progress)
        self.about |= {"epoch": trained.epoch, "history": trained.history}
        return {f"{side}_vectors": trained.embed(features, side, device) for side in SIDES}

    def _chosen(
        self, wanted: Profile, features: FeatureSet, place: Path, progress: bool
    ) -> Profile:
        """Return the profile with the weight of L1 that short trainings favour."""
        candidates = {
            l1: replace(wanted, objective=replace(wanted.objective, l1=l1))
            for l1 in self.options.l1
        }

        def reached(l1: float) -> float:
            """Return the validation AUC of a short training."""
            epochs = min(self.options.l1_epochs, wanted.training.epochs)
            short, folder = candidates[l1].trained_with(epochs=epochs), place / f"l1-{l1:g}"
            done = train(features, short, folder, device=self.options.device, progress=progress)
            auc = (done.chosen.get("validation") or {}).get("auc")
            return math.nan if auc is None else auc

        validated = len(features.brands("validation")) > 0
        best = best_setting(self.options.l1, reached if validated else None)
        self.about["l1"] = best
        return candidates[best]

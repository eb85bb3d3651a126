"""Profile `best`, and its similarity alone, under the contract of their rivals."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from morning.models.best import Best, BestOptions
from morning.rankers.contract import Arrays, Training, VectorRanker, register

#: Part -> the model without it.
WITHOUT = {
    "whitening": BestOptions(shrinkage=(100.0,)),
    "weights": BestOptions(weighted=False),
    "association": BestOptions(association=None),
    "popularity": BestOptions(popularity=0.0),
}


@dataclass(frozen=True)
class SimilarityOptions(BestOptions):
    """Options of the similarity alone."""

    association: float | None = None
    popularity: float = 0.0


@register()
class BestRanker(VectorRanker):
    """The model of `morning.models.best`."""

    kind = "MORNING-best"
    group = "MORNING"
    options_type = BestOptions
    options: BestOptions
    note = "weighted similarity and association, fitted to training brands, less half of popularity"

    @property
    def name(self) -> str:
        """MORNING-best, or what is left out of it."""
        left_out = [part for part, options in WITHOUT.items() if options == self.options]
        return f"{self.kind} without {left_out[0]}" if left_out else self.kind

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        features = training.inputs.features
        options = {f.name: getattr(self.options, f.name) for f in fields(BestOptions)}
        best = Best.fit(features, BestOptions(**options))
        self.about |= {"weights": dict(best.weights), **best.about}
        return {f"{side}_vectors": x for side, x in best.vectors(features).items()}


@register()
class Similarity(BestRanker):
    """Its similarity alone, with weights per block that training brands choose."""

    kind = "similarity"
    group = "controls"
    options_type = SimilarityOptions
    note = "square roots of shares, whitened vectors; weights fitted to training brands"

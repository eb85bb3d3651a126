"""Nearest training brands: what the partners of the most similar brands look like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.features.standardise import standardised, unit
from morning.rankers.choice import best_setting, validation_auc
from morning.rankers.contract import Arrays, Training, VectorRanker, register


@dataclass(frozen=True)
class NearestOptions:
    """Options of the neighbourhood."""

    neighbours: tuple[int, ...] = (1, 3, 5, 10, 20, 50)
    """How many training brands; the number with the best validation AUC is taken, the
    middle one where there is no validation brand."""

    def __post_init__(self) -> None:
        if not self.neighbours or min(self.neighbours) < 1:
            raise MorningError("neighbours must be given and at least 1")


@register()
class NearestBrands(VectorRanker):
    """Cosine of the candidate with the mean partner of the nearest training brands.

    Each neighbour's partners are averaged; neighbours count by the cosine of their standardised
    vectors with the brand's, and not at all where it is negative. A training brand is never its
    own neighbour.
    """

    kind = "nearest-brands"
    group = "controls"
    options_type = NearestOptions
    note = "partners of the most similar training brands; their number chosen on validation brands"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        x = unit(standardised(training.inputs.features))
        fit = training.fit
        partners = fit.positives / fit.positives.sum(axis=1, keepdims=True)
        typical = unit(partners @ x[fit.influencers])  # (brands, columns): the mean partner
        similarity = x @ x[fit.brands].T  # (n, brands)
        similarity[fit.brands, np.arange(len(fit.brands))] = 0.0
        order = np.argsort(-similarity, axis=1, kind="stable")

        def vectors(neighbours: int) -> np.ndarray:
            """Return the mean partner of each account's nearest training brands."""
            weights = np.zeros_like(similarity)
            nearest = order[:, :neighbours]
            near = np.take_along_axis(similarity, nearest, axis=1)
            np.put_along_axis(weights, nearest, near, axis=1)
            return unit(np.maximum(weights, 0.0) @ typical)

        def auc_of(neighbours: int) -> float:
            assert validation is not None
            left = vectors(neighbours)[validation.brands]
            return validation_auc(left @ x[validation.influencers].T, validation)

        validation = training.validation
        chosen = best_setting(self.options.neighbours, auc_of if validation else None)
        self.about["neighbours"] = chosen
        return {"brand_vectors": vectors(chosen), "influencer_vectors": x}

"""Nearest training brands: what the partners of the most similar brands look like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.features.standardise import standardised, unit
from morning.rankers.ranker import Arrays, Training, VectorRanker, validation_auc


@dataclass(frozen=True)
class NearestOptions:
    """Options of the neighbourhood."""

    neighbours: tuple[int, ...] = (1, 3, 5, 10, 20, 50)
    """How many training brands; the number with the best validation AUC is taken, the first
    where there is no validation brand."""

    def __post_init__(self) -> None:
        if not self.neighbours or min(self.neighbours) < 1:
            raise MorningError("neighbours must be given and at least 1")


class NearestBrands(VectorRanker):
    """Cosine of the candidate with the mean partner of the nearest training brands.

    Each neighbour's partners are averaged; neighbours count by the cosine of their standardised
    vectors with the brand's, and not at all where it is negative. A training brand is never its
    own neighbour.
    """

    kind = "nearest-brands"
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
        best: tuple[float, int, np.ndarray] | None = None
        numbers = self.options.neighbours if training.validation else self.options.neighbours[:1]
        for k in numbers:
            weights = np.zeros_like(similarity)
            nearest = order[:, :k]
            np.put_along_axis(
                weights, nearest, np.take_along_axis(similarity, nearest, axis=1), axis=1
            )
            vectors = unit(np.maximum(weights, 0.0) @ typical)
            auc = 0.0
            if training.validation is not None:
                on = training.validation
                auc = validation_auc(vectors[on.brands] @ x[on.influencers].T, on)
            if best is None or auc > best[0]:
                best = (auc, k, vectors)
        assert best is not None
        self.about["neighbours"] = best[1]
        return {"brand_vectors": best[2], "influencer_vectors": x}

"""Ridge bilinear: the closed-form optimum of x_b W x_m against who worked with whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.features.standardise import standardised
from morning.rankers.ranker import Arrays, Training, VectorRanker, validation_auc


@dataclass(frozen=True)
class RidgeOptions:
    """Options of the ridge regression."""

    penalties: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
    """Candidates, as multiples of the mean of the products of squared singular values; the one
    with the best validation AUC is taken, the middle one where there is no validation brand."""

    def __post_init__(self) -> None:
        if not self.penalties or min(self.penalties) <= 0:
            raise MorningError("penalties must be given and positive")


class RidgeBilinear(VectorRanker):
    """W minimises ||Y - X_b W X_mᵀ||² + λ ||W||², with Y the centred training collaborations.

    With thin singular value decompositions X_b = U₁ S₁ V₁ᵀ and X_m = U₂ S₂ V₂ᵀ, the optimum is
    W = V₁ [(S₁ U₁ᵀ Y U₂ S₂) / (s₁² s₂² + λ)] V₂ᵀ.
    """

    kind = "ridge-bilinear"
    options_type = RidgeOptions
    note = "closed form on standardised blocks; penalty chosen on validation brands"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        x = standardised(training.inputs.features)
        y = training.fit.positives - training.fit.positives.mean()
        u1, s1, v1 = np.linalg.svd(x[training.fit.brands], full_matrices=False)
        u2, s2, v2 = np.linalg.svd(x[training.fit.influencers], full_matrices=False)
        target = s1[:, None] * (u1.T @ y @ u2) * s2
        squares = np.outer(s1**2, s2**2)
        brand, influencer = x @ v1.T, x @ v2.T
        best: tuple[float, float, np.ndarray] | None = None
        for penalty in self._candidates(training):
            vectors = brand @ (target / (squares + penalty * max(squares.mean(), 1e-12)))
            auc = 0.0
            if training.validation is not None:
                on = training.validation
                auc = validation_auc(vectors[on.brands] @ influencer[on.influencers].T, on)
            if best is None or auc > best[0]:
                best = (auc, penalty, vectors)
        assert best is not None
        self.about["penalty"] = best[1]
        return {"brand_vectors": best[2], "influencer_vectors": influencer}

    def _candidates(self, training: Training) -> tuple[float, ...]:
        penalties = self.options.penalties
        return penalties if training.validation else (sorted(penalties)[len(penalties) // 2],)

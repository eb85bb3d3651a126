"""Ridge bilinear: the closed-form optimum of x_b W x_m against who worked with whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from morning.errors import MorningError
from morning.features.standardise import standardised
from morning.rankers.choice import best_setting, validation_auc
from morning.rankers.contract import Arrays, Training, VectorRanker, register


@dataclass(frozen=True)
class RidgeOptions:
    """Options of the ridge regression."""

    penalties: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
    """Candidates, as multiples of the mean of the products of squared singular values; the one
    with the best validation AUC is taken, the middle one where there is no validation brand."""

    def __post_init__(self) -> None:
        if not self.penalties or min(self.penalties) <= 0:
            raise MorningError("penalties must be given and positive")


@register()
class RidgeBilinear(VectorRanker):
    """W minimises ||Y - X_b W X_mᵀ||² + λ ||W||², with Y the centred training collaborations.

    With thin singular value decompositions X_b = U₁ S₁ V₁ᵀ and X_m = U₂ S₂ V₂ᵀ, the optimum is
    W = V₁ [(S₁ U₁ᵀ Y U₂ S₂) / (s₁² s₂² + λ)] V₂ᵀ.
    """

    kind = "ridge-bilinear"
    group = "controls"
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

        def vectors(penalty: float) -> np.ndarray:
            """Return x_b W of every account."""
            return brand @ (target / (squares + penalty * max(squares.mean(), 1e-12)))

        def auc_of(penalty: float) -> float:
            assert validation is not None
            left = vectors(penalty)[validation.brands]
            return validation_auc(left @ influencer[validation.influencers].T, validation)

        validation = training.validation
        penalties = sorted(self.options.penalties)
        penalty = best_setting(penalties, auc_of if validation else None)
        self.about["penalty"] = penalty
        return {"brand_vectors": vectors(penalty), "influencer_vectors": influencer}

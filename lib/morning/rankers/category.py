"""Category controls: how far knowing each influencer's category gets, predicted or by oracle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features.standardise import standardised
from morning.rankers.choice import best_setting, validation_auc
from morning.rankers.contract import (
    Arrays,
    MissingInput,
    Ranker,
    Training,
    VectorRanker,
    register,
)


@dataclass(frozen=True)
class CategoryOptions:
    """Options of the category predictor."""

    strengths: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
    """Inverse penalties of the logistic regression; the one with the best validation AUC is
    taken, the middle one where there is no validation brand."""
    brand_category: str = "given"
    """`given`: a brand's category is known. `predicted`: it is predicted like an influencer's."""

    def __post_init__(self) -> None:
        if not self.strengths or min(self.strengths) <= 0:
            raise MorningError("strengths must be given and positive")
        if self.brand_category not in ("given", "predicted"):
            raise MorningError(f"unknown brand_category {self.brand_category!r}")


@register(parts=[CategoryOptions(brand_category="predicted")])
class CategoryPredictor(VectorRanker):
    """Probability that the candidate is of the brand's category, by a softmax regression.

    It is trained on the training brands and on their partners, who get the brand's category; a
    partner of brands of two categories counts once in each (D33).
    """

    kind = "category-predictor"
    group = "controls"
    needs_negatives = True
    options_type = CategoryOptions
    note = "softmax over categories; how much of the metrics is category recovery"

    @property
    def name(self) -> str:
        """With -blind where the brand's category is predicted, too."""
        return self.kind + ("" if self.options.brand_category == "given" else "-blind")

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        features, fit = training.inputs.features, training.fit
        x = standardised(features)
        names, codes = np.unique(fit.categories, return_inverse=True)
        if len(names) < 2:
            raise MissingInput(self.name, ["training brands of two categories"])
        member = np.zeros((len(fit.influencers), len(names)), dtype=bool)
        brand, influencer = np.nonzero(fit.positives)
        member[influencer, codes[brand]] = True
        who, category = np.nonzero(member)
        rows = np.concatenate([fit.brands, fit.influencers[who]])
        labels = np.concatenate([codes, category])

        all_brands = features.brands()
        given = np.zeros((len(x), len(names)))
        given[all_brands] = features.categories(all_brands)[:, None] == names

        @cache
        def fitted(strength: float) -> Arrays:
            model = LogisticRegression(C=strength, max_iter=300).fit(x[rows], labels)
            probabilities = model.predict_proba(x)
            known = self.options.brand_category == "given"
            return {
                "brand_vectors": given if known else probabilities,
                "influencer_vectors": probabilities,
            }

        def auc_of(strength: float) -> float:
            assert validation is not None
            scores = self._score(fitted(strength), validation.brands, validation.influencers)
            return validation_auc(scores, validation)

        validation = training.validation
        strengths = sorted(self.options.strengths)
        strength = best_setting(strengths, auc_of if validation else None)
        self.about["strength"] = strength
        return fitted(strength)


@register()
class CategoryOracle(Ranker):
    """1 for who is a positive of any brand of the brand's category, ties broken at random.

    It reads the positives of the task itself: a bound of what categories alone can give, not a
    rival.
    """

    kind = "category-oracle"
    group = "oracles"
    seeded = True
    draws = 100
    oracle = True
    note = "oracle: sees which candidates belong to test brands of the category"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        return {"seed": np.array([seed], dtype=np.int64)}

    def _task_scores(self, task: Task) -> np.ndarray:
        assert self._arrays is not None
        same = task.categories[:, None] == task.categories[None, :]
        belongs = (same.astype(float) @ task.positives.astype(float)) > 0
        return belongs + 0.5 * self._score(self._arrays, task.brands, task.influencers)

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng([int(arrays["seed"][0]), 1])  # not the numbers of RAND
        return rng.random((len(brands), len(influencers)))

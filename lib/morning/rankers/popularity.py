"""Popularity: how many training brands an influencer worked with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from morning.rankers.contract import Arrays, Ranker, Training, register


@register()
class Popularity(Ranker):
    """Number of training partners; the same for every brand, with many ties."""

    kind = "popularity"
    group = "controls"
    note = "number of training partners; most candidates tie at none, which ranks count worst"

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        partners = np.zeros(len(training.inputs.features))
        partners[training.fit.influencers] = training.fit.positives.sum(axis=0)
        return {"partners": partners}

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        return np.tile(arrays["partners"][influencers], (len(brands), 1))

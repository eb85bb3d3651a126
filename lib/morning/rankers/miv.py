"""MIV: how active an influencer is, whatever the brand (activeness factors of Li et al. 2011)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.rankers.contract import Arrays, Ranker, Training, register

#: Factor -> its value per account, in columns of `Inputs.activity`.
FACTORS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "posting": lambda a: np.log(a["posts_per_day"].where(a["posts_per_day"] > 0)),
    "comments": lambda a: np.log1p(a["mean_comments"]),
    "likes": lambda a: np.log1p(a["mean_likes"]),
    "recency": lambda a: -np.log1p(a["recency_days"]),
}


@dataclass(frozen=True)
class MivOptions:
    """Which factors count."""

    factors: tuple[str, ...] = ("posting", "comments", "likes")
    """Keys of `FACTORS`; each is standardised over the candidates, and they are added."""

    def __post_init__(self) -> None:
        if not self.factors or (unknown := set(self.factors) - set(FACTORS)):
            named = ", ".join(sorted(unknown)) if self.factors else "none given"
            raise MorningError(f"unknown factor: {named}; known are {', '.join(FACTORS)}")


@register(parts=[MivOptions((factor,)) for factor in FACTORS])
class Miv(Ranker):
    """Sum of the standardised activeness factors of the candidate; the same for every brand.

    The factors' formulas could not be had (spec 6.2). The paper's numbers for it are those of
    any ranking that ignores the brand.
    """

    kind = "MIV"
    options_type = MivOptions
    interpretation = True
    note = "activeness only, the same ranking for every brand; the factors are assumed"

    @property
    def name(self) -> str:
        """MIV, or MIV-<factors> where not all three of the default."""
        return "MIV" if self.options == MivOptions() else f"MIV-{'+'.join(self.options.factors)}"

    @property
    def paper_row(self) -> str | None:
        """MIV, with the default factors."""
        return "MIV" if self.options == MivOptions() else None

    @property
    def needs(self) -> tuple[str, ...]:
        """Posts with dates and engagement."""
        return ("activity",)

    def _fit(self, training: Training, seed: int, folder: Path | None, progress: bool) -> Arrays:
        activity = training.inputs.activity
        assert activity is not None
        table = activity.astype(float)
        return {name: FACTORS[name](table).to_numpy() for name in self.options.factors}

    def _score(self, arrays: Arrays, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        total = np.zeros(len(influencers))
        for name in self.options.factors:
            values = arrays[name][influencers]
            known = values[np.isfinite(values)]
            if len(known) and (deviation := known.std()) > 0:
                # Who is unknown counts as average.
                total += np.nan_to_num((values - known.mean()) / deviation, posinf=0, neginf=0)
        return np.tile(total, (len(brands), 1))

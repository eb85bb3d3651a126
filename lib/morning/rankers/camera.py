"""CAMERA: co-attention over concepts, with the influencer's endorsement and influence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from morning.errors import MorningError
from morning.rankers.concept_net import QUICK, TINY, ConceptOptions, ConceptRanker
from morning.rankers.contract import Training, register


@dataclass(frozen=True)
class CameraOptions(ConceptOptions):
    """Options of CAMERA."""

    pairing: str = "correct"
    """`correct`: a score is multiplied by its own endorsement and influence. `released`: by that
    of another sample of the batch, in training and in test, as a reshape in the released code
    has it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pairing not in ("correct", "released"):
            raise MorningError(f"unknown pairing {self.pairing!r}; take correct or released")


@register(parts=[CameraOptions(pairing="released")], quick=QUICK, tiny=TINY)
class Camera(ConceptRanker):
    """Wang et al. 2021, its scalars replaced by what the influencer's own posts say.

    The released scalars may exist for true partners only and then reveal the label. Here
    endorsement sees likes and comments per follower, influence the followers and the posts per
    day, all of the influencer alone (spec 6.6).
    """

    kind = "CAMERA"
    options_type = CameraOptions
    options: CameraOptions
    note = (
        "COSMIC on the objects of our network and Word2Vec captions; endorsement and influence "
        "from the influencer's own numbers, free of leaks"
    )

    @property
    def name(self) -> str:
        """CAMERA, or CAMERA-released for the released pairing."""
        return self.kind if self.options.pairing == "correct" else f"{self.kind}-released"

    @property
    def paper_row(self) -> str:
        """CAMERA."""
        return "CAMERA"

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts of posts, and the activity of influencers."""
        return ("concepts", "activity")

    def scalars(self, training: Training) -> np.ndarray:
        """Return the standardised scalars of every account."""
        assert training.inputs.activity is not None
        return influencer_scalars(training.inputs.activity)

    def paired(self, values: Tensor) -> Tensor:
        """Mix up a batch as the released code does: first all even rows, then all odd ones."""
        if self.options.pairing == "correct":
            return values
        return torch.cat([values[0::2], values[1::2]])


def influencer_scalars(activity: pd.DataFrame) -> np.ndarray:
    """Return likes and comments per follower, followers and posts per day, (n, 4).

    Logarithms, standardised over all accounts; who is unknown counts as average.
    """
    table = activity.astype(float)
    followers = table["followers"].clip(lower=1)
    columns = [
        np.log(table["mean_likes"] / followers + 1e-6),
        np.log(table["mean_comments"] / followers + 1e-6),
        np.log(followers),
        np.log(table["posts_per_day"] + 1e-6),
    ]
    x = np.stack([c.to_numpy(dtype=float) for c in columns], axis=1)
    known = np.isfinite(x)
    count = np.maximum(known.sum(axis=0), 1)
    x = np.where(known, x, 0.0)
    x = np.where(known, x - x.sum(axis=0) / count, 0.0)
    deviation = np.sqrt((x**2).sum(axis=0) / count)
    return x / np.where(deviation > 0, deviation, 1.0)

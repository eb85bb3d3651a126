"""What was planted, and whether a score separates it."""

from __future__ import annotations

import numpy as np
from morning.evaluation import Task
from morning.features.rivals.inputs import Inputs


def types(inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """Return the planted type of accounts."""
    ids = inputs.features.accounts["account_id"].iloc[rows]
    return ids.str.split("-").str[-2].astype(int).to_numpy()


def separates(inputs: Inputs, on: Task, scores: np.ndarray) -> bool:
    """Whether every influencer of the brand's type ranks above every other one."""
    same = types(inputs, on.brands)[:, None] == types(inputs, on.influencers)
    worst = np.where(same, scores, np.inf).min(axis=1)
    best = np.where(same, -np.inf, scores).max(axis=1)
    return bool((worst > best).all())

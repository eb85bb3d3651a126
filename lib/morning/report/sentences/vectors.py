"""What vectors separate."""

from __future__ import annotations

import numpy as np


def topic_separation(shares: np.ndarray) -> str:
    """Return how much of the topics' variance lies between categories, and which (from 1) separate best.

    Parameters
    ----------
    shares : float array, shape (topics,)
        As `features.separation.between_share` returns them.
    """
    best = ", ".join(str(i + 1) for i in shares.argsort()[::-1][:3])
    return (
        f"Between **{shares.min():.0%}** and **{shares.max():.0%}** of a topic's variance "
        f"among brands lies between categories; topics {best} separate them best."
    )

"""Tables of the recommended model: what it compares, and what each block weighs."""

from __future__ import annotations

import pandas as pd

from morning.features.block import KINDS
from morning.models.best import Best


def weights(best: Best) -> pd.DataFrame:
    """Return how each block is compared, and the weight of its similarity."""
    rows = {
        block: {
            "perspective": KINDS[block].perspective,
            "compared by": "square roots" if KINDS[block].shares else "whitened vectors",
            "weight": f"{weight:.2f}",
        }
        for block, weight in best.weights.items()
    }
    return pd.DataFrame(rows).T

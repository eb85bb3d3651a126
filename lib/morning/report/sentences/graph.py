"""Which reading of the attribute graph an embedding was trained on."""

from __future__ import annotations

import pandas as pd


def reading_agreement(agreement: pd.DataFrame) -> str:
    """Return which of the two readings the released embedding is closer to.

    Parameters
    ----------
    agreement : DataFrame
        As `studies.audit.graph_reading.reading_agreement` returns it.
    """
    right, wrong, same = agreement["agreement"]
    return (
        f"The released embedding shares {wrong:.0%} of its neighbours with the graph as the "
        f"authors' loader reads it, and {right:.0%} with the right reading (chance: "
        f"{agreement['chance'].iloc[0]:.1%}). It is closer to the "
        f"**{'damaged' if wrong > right else 'right'}** reading. Two embeddings of one graph "
        f"under different seeds share {same:.0%}."
    )

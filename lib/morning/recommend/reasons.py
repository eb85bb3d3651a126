"""Why an influencer fits a brand: what each thing that they show adds to the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from morning.features.block import KINDS, SUBSCORES
from morning.models.best import Best

#: What a column of a block is called where it has no name of its own.
WHOLE = "all together"
POPULARITY = "near to every brand"


def contributions(
    model: Best, brand: np.ndarray, influencer: np.ndarray, names: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return what each thing adds to the score of a pair, the largest first.

    Parameters
    ----------
    model : Best
    brand, influencer : float64 arrays, shape (1, D)
        Their rows, NaN for what is not known.
    names : dict of block to sequence of str
        What the columns of a block are called. Those of a block that is not in it, as attribute
        vectors, mean nothing one by one and are taken together.

    Returns
    -------
    DataFrame
        `part` (f, g, h or popularity), `block`, `what`, `how` and `contribution`, whose sum is the
        score. `how` is "similarity": both show it; or "association": influencers who show it are
        chosen by brands that show what this brand shows. Rows of the popularity have neither
        block nor how.
    """
    rows = []
    for how, (own, shown) in model.products(brand, influencer).items():
        values = own[0] * shown[0]
        for block in model.input_sizes:
            part, added = SUBSCORES[KINDS[block].perspective], values[model.columns(block)]
            if block in names:
                labelled = zip(names[block], added, strict=True)
                rows += [(part, block, what, how, float(value)) for what, value in labelled]
            else:
                rows.append((part, block, WHOLE, how, float(added.sum())))
    popularity = float(model.popularity(influencer)[0])
    rows.append(("popularity", "", POPULARITY, "", popularity))
    table = pd.DataFrame(rows, columns=["part", "block", "what", "how", "contribution"])
    order = table["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def by_block(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of contributions by block and how; their total is the score."""
    order = {block: i for i, block in enumerate([*KINDS, ""])}
    table = reasons.groupby(["block", "how"], sort=False)["contribution"].sum().reset_index()
    return table.sort_values("block", key=lambda c: c.map(order), kind="stable").reset_index(
        drop=True
    )


def shortened(reasons: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the largest contributions, and the sum of all others as one more row."""
    first, rest = reasons.head(top), reasons.iloc[top:]
    if rest.empty:
        return first
    last = pd.DataFrame([("", "", f"{len(rest)} others", "", rest["contribution"].sum())])
    return pd.concat([first, last.set_axis(reasons.columns, axis=1)], ignore_index=True)

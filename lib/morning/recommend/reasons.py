"""Why an influencer fits a brand: what each thing that they show adds to the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from morning.features.block import KINDS, SUBSCORES
from morning.models.best import Best

if TYPE_CHECKING:
    from morning.attributes.embedding import Embedding

#: What a column of a block is called where it has no name of its own.
WHOLE = "all together"
POPULARITY = "near to every brand"
#: Between an attribute of the brand and one of the influencer.
PAIR = " + "
_ATTRIBUTE = "attribute"
_EPS = 1e-12


@dataclass(frozen=True, eq=False)
class Attributes:
    """The attributes of a pair, for reasons that name them.

    Attributes
    ----------
    brand, influencer : sequence of str
    embedding : Embedding
        Their vectors; those without one are left out.
    """

    brand: Sequence[str]
    influencer: Sequence[str]
    embedding: Embedding


@dataclass(frozen=True, eq=False)
class Average:
    """The average influencer, to compare with.

    Attributes
    ----------
    shown : dict of str to float64 array, shape (D,)
        Mean factors of `Best.products`, by name.
    popularity : float
    """

    shown: Mapping[str, np.ndarray]
    popularity: float

    @classmethod
    def of(cls, model: Best, influencers: np.ndarray) -> Average:
        """Return the average of influencers that are given as rows, (M, D)."""
        nobody = np.zeros((1, influencers.shape[1]))
        products = model.products(nobody, influencers)
        shown = {how: theirs.mean(axis=0) for how, (_, theirs) in products.items()}
        return cls(shown, float(model.popularity(influencers).mean()))


def contributions(
    model: Best,
    brand: np.ndarray,
    influencer: np.ndarray,
    names: Mapping[str, Sequence[str]],
    average: Average,
    attributes: Attributes | None = None,
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
    average : Average
    attributes : Attributes, optional
        With them, the similarity of attributes is divided among the pairs of theirs.

    Returns
    -------
    DataFrame
        `part` (f, g, h or popularity), `block`, `what`, `how`, `contribution`, whose sum is the
        score, and `average`, what the same adds to the score of the average influencer. `how` is
        "similarity": both show it; or "association": influencers who show it are chosen by
        brands that show what this brand shows. Rows of the popularity have neither block nor how.
    """
    rows: list[tuple[str, str, str, str, float, float]] = []
    for how, (own, shown) in model.products(brand, influencer).items():
        usual = average.shown[how]
        for block in model.input_sizes:
            columns = model.columns(block)
            part = SUBSCORES[KINDS[block].perspective]
            added, expected = own[0][columns] * shown[0][columns], own[0][columns] * usual[columns]
            if block in names:
                listed = list(zip(names[block], added, expected, strict=True))
            elif pairs := _pairs(model, how, attributes, own[0][columns], usual[columns]):
                listed = pairs
            else:
                listed = [(WHOLE, added.sum(), expected.sum())]
            rows += [(part, block, what, how, float(a), float(e)) for what, a, e in listed]
    near = float(model.popularity(influencer)[0]), average.popularity
    rows.append(("popularity", "", POPULARITY, "", *near))
    header = ["part", "block", "what", "how", "contribution", "average"]
    table = pd.DataFrame(rows, columns=header)
    order = table["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def attribute_parts(model: Best, attributes: Sequence[str], embedding: Embedding) -> pd.DataFrame:
    """Return what each attribute of an account puts into its row: they add up to it.

    A row is the mean of the node vectors, whitened and of length 1: linear but for the length.

    Returns
    -------
    DataFrame
        A row per attribute that has a vector, a column per column of the block.
    """
    place = {name: i for i, name in enumerate(embedding.names)}
    known = sorted({name for name in attributes if name in place})
    vectors = embedding.vectors[[place[name] for name in known]].astype(np.float64)
    parts = model.comparable.whitening[_ATTRIBUTE](vectors) / max(len(known), 1)
    length = float(np.linalg.norm(parts.sum(axis=0)))
    scale = model.weights[_ATTRIBUTE] ** 0.5 / length if length > _EPS else 0.0
    return pd.DataFrame(parts * scale, index=known)


def _pairs(
    model: Best, how: str, attributes: Attributes | None, brand: np.ndarray, usual: np.ndarray
) -> list[tuple[str, float, float]]:
    """Divide the similarity of attributes among pairs; empty where it cannot be.

    The average influencer's share of a pair is that of the brand's attribute, in equal parts.
    """
    if how != "similarity" or attributes is None or not brand.any():
        return []
    theirs = attributes.brand, attributes.influencer
    own, shown = (attribute_parts(model, each, attributes.embedding) for each in theirs)
    return [
        (a if a == b else f"{a}{PAIR}{b}", float(x @ y), float(x @ usual) / len(shown))
        for a, x in zip(own.index, own.to_numpy(), strict=True)
        for b, y in zip(shown.index, shown.to_numpy(), strict=True)
    ]


def met(
    lists: Mapping[str, Sequence[str]], collaborations: pd.DataFrame, brand: str, influencer: str
) -> pd.DataFrame:
    """Return the collaborations of brands with one attribute and influencers with another.

    Parameters
    ----------
    lists : mapping of account id to attributes
    collaborations : DataFrame
        brand_id, influencer_id.
    brand, influencer : str
        Attributes.
    """
    ours, theirs = (
        collaborations[column].map(lambda account, has=has: has in lists.get(account, ()))
        for column, has in (("brand_id", brand), ("influencer_id", influencer))
    )
    return collaborations[ours.astype(bool) & theirs.astype(bool)].reset_index(drop=True)

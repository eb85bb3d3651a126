"""What a block separates: how well vectors tell the categories of brands apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from morning.features.featureset import FeatureSet


def neighbour_purity(features: FeatureSet, k: int = 5) -> pd.DataFrame:
    """Return how often the nearest brands of a brand share its category.

    Parameters
    ----------
    features : FeatureSet
    k : int
        Neighbours by cosine similarity, fewer where there are fewer brands.

    Returns
    -------
    DataFrame
        One row per block: `purity`, the mean share of the k nearest brands that have the
        brand's category, and `chance`, what random neighbours would give. NaN where there is
        only one brand.
    """
    brands = features.brands()
    if len(brands) < 2:
        return pd.DataFrame(np.nan, index=list(features.blocks), columns=["purity", "chance"])
    categories = features.categories(brands)
    k = min(k, len(brands) - 1)
    sizes = pd.Series(categories).value_counts()
    chance = float((sizes * (sizes - 1)).sum() / (len(brands) * (len(brands) - 1)))
    rows = {}
    for name, block in features.blocks.items():
        neighbours = NearestNeighbors(n_neighbors=k, metric="cosine").fit(block[brands])
        nearest = neighbours.kneighbors(return_distance=False)
        purity = float((categories[nearest] == categories[:, None]).mean())
        rows[name] = {"purity": purity, "chance": chance}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["purity", "chance"])


def category_means(features: FeatureSet, block: str) -> pd.DataFrame:
    """Return the mean vector of the brands of each category: (categories, columns)."""
    brands = features.brands()
    table = pd.DataFrame(features.blocks[block][brands])
    return table.groupby(features.categories(brands)).mean()


def between_share(features: FeatureSet, block: str) -> np.ndarray:
    """Return, per column, the share of brands' variance that lies between categories (η²)."""
    brands = features.brands()
    values = features.blocks[block][brands].astype(float)
    categories = pd.Series(features.categories(brands))
    means = pd.DataFrame(values).groupby(categories.to_numpy()).transform("mean").to_numpy()
    total = values.var(axis=0)
    return np.divide(means.var(axis=0), total, out=np.zeros_like(total), where=total > 0)


def pair_similarity(features: FeatureSet, blocks: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """Return cosine similarities of partners and of random pairs of a brand and an influencer.

    Test brands are not looked at.

    Returns
    -------
    DataFrame
        `kind` (partners | random pairs), and one column per block; as many random pairs as
        partners.
    """
    brands, influencers = features.brands("train", "validation"), features.influencers()
    b, m = np.nonzero(features.positives(brands, influencers))
    rng = np.random.default_rng(seed)
    b = np.concatenate([brands[b], rng.choice(brands, len(b))])
    m = np.concatenate([influencers[m], rng.choice(influencers, len(m))])
    table = {"kind": np.repeat(["partners", "random pairs"], len(b) // 2)}
    for name in blocks:
        x = features.blocks[name].astype(float)
        unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
        table[name] = (unit[b] * unit[m]).sum(axis=1)
    return pd.DataFrame(table)

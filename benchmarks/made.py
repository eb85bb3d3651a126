"""Made-up vectors, graphs and scores of the sizes that costs are measured at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from morning.features import FeatureSet
from scipy import sparse

#: Columns of the blocks that were released, and of all blocks.
PUBLIC = {"content_topics": 19, "attribute": 128}
PAPER = {
    "content_visual": 1365,
    "content_topics": 22,
    "audience_visual": 1365,
    "audience_topics": 21,
    "attribute": 128,
}
_PARTNERS = 11  # of a brand, as in the benchmark
_KINDS = 12


def vectors(
    accounts: int = 4108, sizes: Mapping[str, int] = PUBLIC, brands: int = 360
) -> FeatureSet:
    """Return accounts of some kinds, brands with partners of their own kind."""
    rng = np.random.default_rng(0)
    brands = min(brands, max(accounts // 11, 10))
    kind = rng.integers(0, _KINDS, accounts)
    names = np.array([f"a{i}" for i in range(accounts)])
    split = np.where(np.arange(brands) % 5 == 0, "test", "train")
    table = pd.DataFrame(
        {
            "account_id": names,
            "role": np.where(np.arange(accounts) < brands, "brand", "influencer"),
            "category": [*map(str, kind[:brands]), *[None] * (accounts - brands)],
            "split": np.concatenate([split, [None] * (accounts - brands)]),
        }
    )
    pairs = []
    for brand in range(brands):
        alike = brands + np.flatnonzero(kind[brands:] == kind[brand])
        partners = rng.choice(alike, min(_PARTNERS, len(alike)), replace=False)
        pairs += [(names[brand], names[partner]) for partner in partners]
    centres = {block: rng.gamma(0.3, size=(_KINDS, size)) for block, size in sizes.items()}
    blocks = {}
    for block, size in sizes.items():
        x = centres[block][kind] + rng.gamma(0.3, size=(accounts, size))
        blocks[block] = (x / x.sum(axis=1, keepdims=True)).astype(np.float32)
    collaborations = pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])
    return FeatureSet(table, collaborations, blocks, source="made up").validate()


def graph(nodes: int = 572, edges: int = 17_590) -> sparse.csr_array:
    """Return a random graph of the released one's size, some nodes with many neighbours."""
    rng = np.random.default_rng(0)
    chance = 1 / np.arange(1, nodes + 1) ** 0.7
    weights = np.zeros((nodes, nodes))
    while np.count_nonzero(weights) < edges:
        a, b = rng.choice(nodes, (2, edges), p=chance / chance.sum())
        weights[a, b] += 1.0
        np.fill_diagonal(weights, 0)
    ring = np.arange(nodes)
    weights[ring, (ring + 1) % nodes] += 1
    return sparse.csr_array(weights + weights.T)


def pictures(folder: Path, count: int = 256, side: int = 1080) -> list[str]:
    """Write JPEGs as large as posts' are, and return their names."""
    from PIL import Image

    rng = np.random.default_rng(0)
    names = []
    for i in range(count):
        coarse = rng.integers(0, 256, (side // 20, side // 20, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        names.append(f"{i}.jpg")
        picture.save(folder / names[-1], quality=90)
    return names

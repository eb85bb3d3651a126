"""A checkerboard whose right ranking is known, and a profile that learns it in a moment."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from morning.features import BLOCKS, FeatureSet
from morning.models import Profile
from morning.models.morning import PAPER, ModelOptions
from morning.models.objectives import ObjectiveOptions
from morning.models.profiles import TrainingOptions

GROUPS = 4
PARTNERS = 3
#: Brands of each group by split.
BRANDS = {"train": 4, "validation": 2, "test": 2}

SMALL_LAYERS = dict.fromkeys(BLOCKS, (32, 16))


def checkerboard(
    blocks: Iterable[str] = ("content_topics", "attribute"), brands: Mapping[str, int] = BRANDS
) -> FeatureSet:
    """Brands of a group work with every influencer of that group and split, and with no other.

    Vectors are one-hot and show the group and nothing else. A brand's column differs from that of
    an influencer of its group, so that the match has to be learnt; test influencers are new.
    """
    rows, columns, pairs = [], [], []
    for split, count in brands.items():
        for group in range(GROUPS):
            names = [f"{split}-brand-{group}-{i}" for i in range(count)]
            partners = [f"{split}-influencer-{group}-{i}" for i in range(PARTNERS if count else 0)]
            rows += [(n, "brand", f"category-{group % 2}", split) for n in names]
            rows += [(n, "influencer", None, None) for n in partners]
            columns += [group] * len(names) + [GROUPS + group] * len(partners)
            pairs += [(n, m) for n in names for m in partners]
    vectors = np.eye(2 * GROUPS, dtype=np.float32)[columns]
    return FeatureSet(
        accounts=pd.DataFrame(rows, columns=["account_id", "role", "category", "split"]),
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        blocks={block: vectors.copy() for block in blocks},
        source="checkerboard",
    ).validate()


def small(config: ModelOptions = PAPER, **options: object) -> ModelOptions:
    """Return an architecture with narrow layers."""
    return replace(config, **({"layers": SMALL_LAYERS, "dropout_rate": 0.2} | options))


def tiny(config: ModelOptions = PAPER, **training: object) -> Profile:
    """Return a profile with narrow layers and few epochs."""
    options = {"epochs": 3, "batch_size": 8, "learning_rate": 0.01} | training
    return Profile(small(config), ObjectiveOptions(l1=1e-4), TrainingOptions(**options))

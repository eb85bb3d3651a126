"""Tables of vectors: which there are, and what went into them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from morning.features import KINDS, PERSPECTIVES, FeatureSet
from morning.features.block import Block
from morning.report.tables.style import Shown, in_words, styled
from morning.studies.concentration import concentration


def inventory(features: FeatureSet, *perspectives: str) -> Shown:
    """Return which blocks are there, with their sizes here and in the paper.

    Parameters
    ----------
    features : FeatureSet
    *perspectives : str
        Default: all three.
    """
    sizes = features.sizes()
    rows = [
        {
            "perspective": perspective,
            "block": block,
            "in the paper": KINDS[block].paper_size,
            "here": str(sizes.get(block, "absent")),
            "made by": str(features.made.get(block, {}).get("method", "–")),
        }
        for perspective in perspectives or PERSPECTIVES
        for block in PERSPECTIVES[perspective]
    ]
    return in_words(pd.DataFrame(rows).set_index(["perspective", "block"]))


def pooled_counts(blocks: Mapping[str, Block]) -> Shown:
    """Return what went into each block of pictures and what did not."""
    counted = {
        name: {what.replace("_", " "): count for what, count in block.counts.items()}
        for name, block in blocks.items()
        if name.endswith("visual")
    }
    return styled(pd.DataFrame(counted).map("{:,}".format))


def concentration_table(vectors: Mapping[str, np.ndarray]) -> Shown:
    """Return how concentrated probability vectors are; see `studies.concentration`."""
    rows = {
        name: {
            "classes": str(found["classes"]),
            "largest entry, median": f"{found['largest']:.3f}",
            "effective classes, median": f"{found['effective']:.2f}",
            "effective classes, 90 %": f"{found['effective_90']:.2f}",
        }
        for name, found in concentration(vectors).items()
    }
    return styled(pd.DataFrame(rows).T)

"""Tables of accounts and collaborations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.dataset import Dataset
from morning.evaluation.overlap import count_overlap
from morning.report.tables.style import Shown, in_words, styled, without_index
from morning.roster import Roster


def dataset_table(rows: Sequence[Mapping[str, Any]]) -> Shown:
    """Return Table II for reading: ours and the paper's, side by side.

    Parameters
    ----------
    rows : sequence of mapping
        As `studies.dataset.dataset_rows` returns them.
    """
    columns = {}
    for what in ("accounts", "posts"):
        columns[what, "here"] = [f"{row[what]:,}" if row[what] else "not there" for row in rows]
        columns[what, "paper"] = [f"{row['paper'][what]:,}" for row in rows]
    return styled(pd.DataFrame(columns, index=[row["role"] for row in rows]))


def brand_examples(dataset: Dataset, n: int = 6) -> Shown | None:
    """Return category and biography of the first brands; None where there are no posts."""
    if dataset.posts.empty:
        return None
    brands = dataset.accounts.query("role == 'brand'").reset_index(drop=True)
    return without_index(in_words(brands[["account_id", "category", "biography"]].head(n)))


def collaboration_summary(roster: Roster) -> Shown:
    """Return, for training and test brands, how many there are and how many positives they have."""
    rows = {}
    for name, splits in {"train": ("train", "validation"), "test": ("test",)}.items():
        brands = roster.brands(*splits)
        if len(brands) == 0:
            continue
        positives = roster.positives(brands, roster.influencers())
        per_brand = pd.Series(positives.sum(axis=1))
        rows[name] = {
            "brands": len(brands),
            "positive pairs": int(positives.sum()),
            "influencers": int(positives.any(axis=0).sum()),
            "per brand: min": per_brand.min(),
            "median": per_brand.median(),
            "max": per_brand.max(),
            "mean": round(per_brand.mean(), 2),
        }
    return styled(pd.DataFrame(rows).T.map("{:g}".format))


def overlap_table(roster: Roster) -> Shown:
    """Return how much of the test side training has seen, as a table in words."""
    counts = count_overlap(roster)
    share = counts["seen"] / max(counts["test_positives"], 1)
    rows = {
        "influencers who are partners of training and of test brands": counts["influencers_both"],
        "influencers with more than one brand": counts["multi_brand"],
        "test positives": counts["test_positives"],
        "… whose influencer is also a training partner": f"{counts['seen']} ({share:.1%})",
        "… and of a training brand of the same category": counts["seen_same_category"],
    }
    return styled(pd.DataFrame({"count": {name: str(value) for name, value in rows.items()}}))

"""A folder such as users bring, small and right; tests break it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

BRANDS, INFLUENCERS = [f"b{k}" for k in range(4)], [f"i{k}" for k in range(8)]


def tables() -> dict[str, pd.DataFrame]:
    """Return four brands and eight influencers with two posts each, in cells of text."""
    names = [*BRANDS, *INFLUENCERS]
    accounts = pd.DataFrame(
        {
            "account_id": names,
            "role": ["brand"] * 4 + ["influencer"] * 8,
            "category": ["food", "travel", "food", "travel", *[None] * 8],
            "biography": "baking bread, drinking coffee",
            "followers": "12000",
        }
    )
    posts = pd.DataFrame(
        {
            "post_id": [f"p{k}" for k in range(24)],
            "account_id": names * 2,
            "caption": [f"coffee beans and fresh bread, part {k}" for k in range(24)],
            "image": None,
            "likes": "120",
            "comments": "4",
            "posted_at": "2024-05-01T10:00:00",
        }
    )
    pairs = [(BRANDS[k // 2], INFLUENCERS[k]) for k in range(8)]
    collaborations = pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])
    return {"accounts": accounts, "posts": posts, "collaborations": collaborations}


def write_folder(folder: Path) -> None:
    """Write the tables as CSV into a new folder."""
    folder.mkdir()
    for name, table in tables().items():
        table.to_csv(folder / f"{name}.csv", index=False)

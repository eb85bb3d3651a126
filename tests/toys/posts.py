"""Two brands and three influencers, small enough to work everything out by hand."""

from __future__ import annotations

import pandas as pd
from morning.dataset import Dataset

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2024-01-01")


def dataset(captions: dict[str, str] | None = None) -> Dataset:
    """Two brands and three influencers; the rows of accounts are mixed up on purpose."""
    captions = captions or {}
    accounts = pd.DataFrame(
        [
            ("anna", "influencer", None, None, 1000, None),
            ("acme", "brand", "food", None, 10_000, "train"),
            ("fan", "audience", None, None, 10, None),
            ("ben", "influencer", None, None, 2000, None),
            ("bolt", "brand", "auto", None, 20_000, "test"),
            ("cleo", "influencer", None, None, None, None),
        ],
        columns=["account_id", "role", "category", "biography", "followers", "split"],
    )
    rows = [
        ("a1", "anna", 10, 0, START),
        ("a2", "anna", 20, 10, START + 2 * DAY),
        ("a3", "anna", 60, 0, START + 4 * DAY),
        ("b1", "ben", 100, 100, START + 10 * DAY),
        ("m1", "acme", 1000, 0, START),
        ("m2", "acme", 3000, 0, START + DAY),
        ("f1", "fan", 5, 5, START + 20 * DAY),
    ]
    table = pd.DataFrame(rows, columns=["post_id", "account_id", "likes", "comments", "posted_at"])
    table["caption"] = table["post_id"].map(captions)
    table["image"] = None
    pairs = [("acme", "anna"), ("acme", "ben"), ("bolt", "cleo")]
    return Dataset(
        accounts=accounts,
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        posts=table,
    ).validate()


# Rows of the account table: acme, bolt, anna, ben, cleo.
ACME, BOLT, ANNA, BEN, CLEO = range(5)

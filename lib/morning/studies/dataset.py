"""Table II: how many accounts and posts of each role there are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from morning.dataset import Dataset
from morning.evaluation.published import DATASET
from morning.roster import Roster

TABLE = "table2_dataset"


def dataset_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """Return Table II as result rows: accounts and posts of each role, beside the paper's."""
    role_of = dataset.accounts.set_index("account_id")["role"]
    posts = dataset.posts["account_id"].map(role_of).value_counts()
    accounts = role_of.value_counts()
    return [
        {
            "role": role,
            "accounts": int(accounts.get(role, 0)),
            "posts": int(posts.get(role, 0)),
            "paper": paper,
        }
        for role, paper in DATASET.items()
    ]


def partners_by_category(roster: Roster) -> pd.DataFrame:
    """Return with how many brands of a category each influencer worked: (influencer, category)."""
    pairs = roster.collaborations.merge(
        roster.accounts[["account_id", "category"]], left_on="brand_id", right_on="account_id"
    )
    return pd.crosstab(pairs["influencer_id"], pairs["category"])

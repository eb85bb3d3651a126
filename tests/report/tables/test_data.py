"""Tables of accounts and collaborations."""

import pandas as pd
from morning.dataset import Dataset
from morning.report.tables.data import (
    brand_examples,
    collaboration_summary,
    overlap_table,
)
from toys.rows import EVIL


def test_collaborations(tiny_features):
    table = collaboration_summary(tiny_features()).data
    assert table.loc["train"].tolist() == ["4", "5", "3", "1", "1", "2", "1.25"]
    assert table.loc["test"].tolist() == ["2", "3", "3", "1", "1.5", "2", "1.5"]


def test_collaborations_without_test_brands(tiny_features):
    features = tiny_features()
    features.accounts["split"] = features.accounts["split"].replace("test", "train")
    assert collaboration_summary(features).data.index.tolist() == ["train"]


def test_overlap(tiny_features):
    # Training partners: m1 (auto, food), m2 (auto, food), m3 (auto). Test: b5 auto m1;
    # b6 food m2, m4. Both test positives that are seen are of the same category.
    assert overlap_table(tiny_features()).data["count"].tolist() == [
        "2",
        "2",
        "3",
        "2 (66.7%)",
        "2",
    ]


def test_first_brands():
    accounts = {
        "account_id": ["b", "m", "c"],
        "role": ["brand", "influencer", "brand"],
        "category": [EVIL, None, "food"],
        "biography": [None, "not a brand", "cakes"],
    }
    posts = pd.DataFrame({"post_id": ["1"], "account_id": ["b"]})
    dataset = Dataset(pd.DataFrame(accounts), pd.DataFrame(), posts=posts)
    table = brand_examples(dataset, n=1)
    assert table.data["account_id"].tolist() == ["b"]
    assert ("<script" in table.to_html(), "nan" in table.to_html()) == (False, False)
    assert brand_examples(dataset).data["account_id"].tolist() == ["b", "c"]
    assert brand_examples(Dataset(pd.DataFrame(accounts), pd.DataFrame())) is None

"""Table II: accounts and posts of each role."""

import json

import pandas as pd
from morning.dataset import Dataset
from morning.evaluation.published import DATASET
from morning.report.tables.data import dataset_table
from morning.studies.dataset import dataset_rows


def test_dataset_rows():
    dataset = Dataset(
        pd.DataFrame(
            {"account_id": ["b", "m", "n"], "role": ["brand", "influencer", "influencer"]}
        ),
        pd.DataFrame(),
        posts=pd.DataFrame({"post_id": ["1", "2", "3"], "account_id": ["b", "n", "n"]}),
    )
    rows = dataset_rows(dataset)
    assert [(r["role"], r["accounts"], r["posts"]) for r in rows] == [
        ("brand", 1, 1),
        ("influencer", 2, 2),
        ("audience", 0, 0),
    ]
    json.dumps(rows)  # what a results file takes
    table = dataset_table(rows).data
    assert table.loc["influencer"].tolist() == ["2", "3,748", "2", "187,400"]
    assert table["accounts", "paper"].tolist() == ["360", "3,748", "102,700"]
    assert [r["paper"] for r in rows] == list(DATASET.values())

"""Random splits: who is dealt out, and what is reported of a comparison over them."""

import numpy as np
import pytest
from morning.evaluation import METRICS
from morning.rankers import ranker
from morning.studies.splits import over_splits, split_again
from morning.testing import toy_inputs


@pytest.fixture(scope="module")
def features():
    return toy_inputs().features


def test_only_the_splits_of_brands_change(features):
    dealt = split_again(features, 0)
    before, after = features.accounts, dealt.accounts
    assert after.drop(columns="split").equals(before.drop(columns="split"))
    assert after["split"].value_counts().to_dict() == before["split"].value_counts().to_dict()
    assert not after["split"].equals(before["split"])
    assert not after["split"].equals(split_again(features, 1).accounts["split"])
    assert after.equals(split_again(features, 0).accounts)
    dealt.validate()


def test_differences_are_within_splits(features):
    methods = [ranker("ridge-bilinear"), ranker("RAND"), ranker("ridge-bilinear", penalties=(1.0,))]
    rows = over_splits(features, methods[:2], splits=4)
    assert [(row["method"], row["metric"]) for row in rows] == [
        (method.name, metric) for method in methods[:2] for metric in METRICS
    ]
    found = {(row["method"], row["metric"]): row for row in rows}
    learnt, drawn = found["ridge-bilinear", "auc_clean"], found["RAND", "auc_clean"]
    assert drawn["ahead"] == pytest.approx(learnt["mean"] - drawn["mean"])
    assert drawn["wins"] == 4
    assert found["RAND", "medr"]["wins"] == 4  # a lower rank is better
    assert found["RAND", "medr"]["ahead"] < 0
    assert np.isfinite([row["sd"] for row in rows]).all()
    assert "ahead" not in learnt

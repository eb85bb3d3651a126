"""A data source by name: what a run can start from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features import FeatureSet
from morning.sources import Source, load


def test_a_folder_with_a_feature_set(tiny_features: Callable[..., FeatureSet], tmp_path: Path):
    tiny_features().save(tmp_path / "set")
    source = load(tmp_path / "set")
    assert source.name == str(tmp_path / "set")
    assert source.features is not None
    assert source.features.sizes() == tiny_features().sizes()
    assert len(source.dataset.posts) == 0
    assert source.dataset.brands("test").tolist() == [4, 5]


def test_a_folder_with_a_dataset(tiny_features: Callable[..., FeatureSet], tmp_path: Path):
    features = tiny_features()
    Dataset(features.accounts, features.collaborations).save(tmp_path / "data")
    source = load(str(tmp_path / "data"))
    assert isinstance(source, Source)
    assert source.features is None
    assert source.dataset.brands("train", "validation").tolist() == [0, 1, 2, 3]


def test_validation_brands_are_marked_where_there_are_none(
    tiny_features: Callable[..., FeatureSet], tmp_path: Path
):
    names = [f"brand {i}" for i in range(20)]
    accounts = pd.DataFrame(
        {"account_id": [*names, "partner"], "role": ["brand"] * 20 + ["influencer"]}
    ).assign(category="food", split="train")
    pairs = pd.DataFrame({"brand_id": names, "influencer_id": "partner"})
    Dataset(accounts, pairs).save(tmp_path / "data")
    assert len(load(tmp_path / "data").dataset.validate().brands("validation")) == 2
    blocks = {"attribute": np.ones((21, 2), np.float32)}
    FeatureSet(accounts, pairs, blocks).save(tmp_path / "vectors")
    source = load(tmp_path / "vectors")
    held = source.dataset.brands("validation")
    assert source.features.validate().brands("validation").tolist() == held.tolist()


@pytest.mark.parametrize("name", ["publik", "", "no/such/folder"])
def test_there_is_no_such_source(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MorningError, match=r"existing folder|Dataset"):
        load(name)


def test_an_empty_folder(tmp_path: Path):
    with pytest.raises(ContractError, match="is this a Dataset"):
        load(tmp_path)

"""A data source by name or folder: what a run can start from."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from morning import sources
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features import FeatureSet
from morning.sources import NAMED, Source, check, demo, load
from morning.sources.sample import write_sample


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


class TestCheckFeatureSets:
    def make(self, path):
        accounts = pd.DataFrame(
            {
                "account_id": ["b", "m"],
                "role": ["brand", "influencer"],
                "category": ["food", None],
                "split": ["train", None],
            }
        )
        pairs = pd.DataFrame({"brand_id": ["b"], "influencer_id": ["m"]})
        blocks = {"attribute": np.ones((2, 3), dtype=np.float32)}
        FeatureSet(accounts, pairs, blocks).save(path)

    def test_right_and_broken(self, tmp_path):
        self.make(tmp_path / "fs")
        assert check(tmp_path / "fs").ok
        np.save(tmp_path / "fs" / "attribute.npy", np.full((3, 3), np.nan))
        assert {p.file for p in check(tmp_path / "fs").errors} == {"attribute.npy"}
        (tmp_path / "fs" / "accounts.parquet").write_bytes(b"no")
        assert not check(tmp_path / "fs").ok

    def test_no_folder(self, tmp_path):
        (problem,) = check(tmp_path / "nowhere").errors
        assert problem.rule == "is not a folder"


def test_the_demo_is_planted_and_has_a_fifth_of_its_brands_marked(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path))
    generate = demo.generate
    small = {"posts": 1, "audience": 0, "picture_size": 16}
    monkeypatch.setattr(demo, "generate", lambda *a, **k: generate(*a, **k, **small))
    source = load("demo")
    assert (source.planted, source.released, source.validation_share) == (True, False, 0.2)
    training = len(source.dataset.brands("train", "validation"))
    assert len(source.dataset.brands("validation")) == training // 5 > 0
    assert set(NAMED) == {"demo", "public"}


class TestNobodyWaitsForTorch:
    """What looks at tables alone loads neither torch nor gensim."""

    def loaded(self, code: str) -> set[str]:
        code += "; import sys; print(*{'torch', 'gensim'} & set(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return set(done.stdout.splitlines()[-1].split())

    @pytest.mark.parametrize(
        "module", ["sources", "sources.folder", "sources.public", "sources.catalogue", "evaluation"]
    )
    def test_modules(self, module: str):
        assert self.loaded(f"import morning.{module}") == set()

    def test_check(self, tmp_path: Path):
        write_sample(tmp_path / "sample")
        command = ["check", str(tmp_path / "sample")]
        code = f"from morning.cli import app; app({command!r}, standalone_mode=False)"
        assert self.loaded(code) == set()

    @pytest.mark.mirror
    def test_fetch(self, mirror: Path):
        command = ["fetch", "public", "--mirror", str(mirror)]
        code = f"from morning.cli import app; app({command!r}, standalone_mode=False)"
        assert self.loaded(code) == set()


def test_every_public_name_is_there():
    for name in sources.__all__:
        assert getattr(sources, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sources.nothing  # noqa: B018

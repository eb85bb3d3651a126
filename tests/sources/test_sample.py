"""The sample shows what a Dataset may look like, and is one."""

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.sources import check, load
from morning.sources.sample import write_sample


def test_is_valid_and_shows_what_may_be_left_out(tmp_path):
    write_sample(tmp_path / "sample")
    report = check(tmp_path / "sample")
    assert report.ok
    assert [problem.column for problem in report.warnings] == ["split"]
    dataset = load(tmp_path / "sample").dataset
    assert dataset.accounts["role"].value_counts()["brand"] == 5
    assert dataset.accounts["role"].value_counts()["influencer"] == 12
    assert set(dataset.accounts.query("role == 'brand'")["split"]) == {"train", "test"}
    suffixes = {name.rsplit(".")[-1] for name in dataset.posts["image"].dropna()}
    assert suffixes == {"png", "jpg"}
    assert dataset.posts["image"].isna().any()
    assert dataset.posts["caption"].isna().any()
    assert dataset.posts["caption"].str.contains("\n").any()


def test_same_bytes_each_time(tmp_path):
    for name in ("a", "b"):
        write_sample(tmp_path / name)
    for path in (tmp_path / "a").rglob("*.*"):
        twin = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == twin.read_bytes()


def test_survives_the_way_through_parquet(tmp_path):
    write_sample(tmp_path / "sample")
    dataset = load(tmp_path / "sample").dataset
    dataset.save(tmp_path / "copy")
    again = Dataset.load(tmp_path / "copy")
    for name, table in dataset.tables().items():
        pd.testing.assert_frame_equal(table, getattr(again, name))


def test_does_not_overwrite(tmp_path):
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(MorningError, match="not empty"):
        write_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]

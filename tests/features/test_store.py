"""Perspectives computed apart and joined into one FeatureSet."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from morning.errors import ContractError, MorningError
from morning.features import PERSPECTIVES, FeatureSet
from morning.features.store import join_perspectives, save_perspective
from morning.files import read_json, sha256

Maker = Callable[..., FeatureSet]


def save_all(folder: Path, features: FeatureSet) -> None:
    for perspective in PERSPECTIVES:
        save_perspective(folder, perspective, features)


def test_join_gives_back_what_was_saved(tiny_features: Maker, tmp_path: Path):
    features = tiny_features()
    save_all(tmp_path, features)
    joined = join_perspectives(tmp_path).validate()
    assert list(joined.blocks) == list(features.blocks)
    for name, block in features.blocks.items():
        np.testing.assert_array_equal(joined.blocks[name], block)
    assert joined.accounts["account_id"].tolist() == features.accounts["account_id"].tolist()
    pd.testing.assert_frame_equal(joined.collaborations, features.collaborations)
    assert (joined.source, joined.made) == (features.source, features.made)


def test_notes_say_which_blocks_there_are(tiny_features: Maker, tmp_path: Path):
    save_all(tmp_path, tiny_features())
    assert read_json(tmp_path / "audience.json") == {"blocks": [], "manifest": None}
    assert not (tmp_path / "audience").exists()
    note = read_json(tmp_path / "content.json")
    assert note["blocks"] == ["content_topics"]
    assert note["manifest"] == sha256(tmp_path / "content" / "manifest.json")
    assert FeatureSet.load(tmp_path / "content").made == {"content_topics": {"method": "drawn"}}


def test_each_perspective_says_how_its_own_blocks_were_made(tiny_features: Maker, tmp_path: Path):
    save_all(tmp_path, tiny_features())
    anew = {"attribute": {"method": "anew"}}
    later = tiny_features(made={"content_topics": {"method": "a guess"}} | anew)
    save_perspective(tmp_path, "attribute", later)
    made = join_perspectives(tmp_path).made
    assert made == {"content_topics": {"method": "drawn"}} | anew


def test_a_perspective_that_lost_its_blocks_is_left_out(tiny_features: Maker, tmp_path: Path):
    save_all(tmp_path, tiny_features())
    save_perspective(tmp_path, "content", tiny_features().select(["attribute"]))
    assert list(join_perspectives(tmp_path).blocks) == ["attribute"]


def test_perspectives_of_different_accounts(tiny_features: Maker, tmp_path: Path):
    save_all(tmp_path, tiny_features())
    other = tiny_features()
    other.collaborations = other.collaborations.iloc[[1, 0, 2, 3, 4, 5, 6, 7]]
    save_perspective(tmp_path, "attribute", other)
    with pytest.raises(MorningError, match="different accounts"):
        join_perspectives(tmp_path)


def test_nothing_to_join(tiny_features: Maker, tmp_path: Path):
    for perspective in ("content", "audience", "attribute"):
        save_perspective(tmp_path, perspective, tiny_features(blocks={}))
    with pytest.raises(MorningError, match="no perspective has any block"):
        join_perspectives(tmp_path)


def test_a_perspective_that_was_not_saved_yet(tiny_features: Maker, tmp_path: Path):
    save_perspective(tmp_path, "content", tiny_features())
    with pytest.raises(MorningError, match="the audience perspective has not been saved yet"):
        join_perspectives(tmp_path)


def test_a_damaged_part_is_noticed(tiny_features: Maker, tmp_path: Path):
    save_all(tmp_path, tiny_features())
    path = tmp_path / "content" / "content_topics.npy"
    path.write_bytes(path.read_bytes()[:-4] + bytes(4))
    with pytest.raises(ContractError, match="must have the SHA-256"):
        join_perspectives(tmp_path)


def test_the_note_comes_last(tiny_features: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("morning.features.store.sha256", fail)
    with pytest.raises(OSError, match="disk full"):
        save_perspective(tmp_path, "content", tiny_features())
    assert not (tmp_path / "content.json").exists()

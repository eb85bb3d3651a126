"""Where data lie."""

from pathlib import Path

import pytest
from morning.places import WEIGHTS, cache_folder, data_folder, weights_folder


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))
    assert data_folder() == tmp_path / "data"
    assert cache_folder("pictures") == tmp_path / "data" / "cache" / "pictures"


def test_else_the_checkout(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MORNING_DATA", raising=False)
    assert data_folder() == Path(__file__).resolve().parents[1] / "data"


def test_weights_are_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(WEIGHTS, str(tmp_path))
    assert weights_folder() == tmp_path
    monkeypatch.delenv(WEIGHTS)
    assert weights_folder() is None

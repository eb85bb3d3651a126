"""Where data lie."""

from pathlib import Path

import pytest
from morning.places import (
    WEIGHTS,
    cache_folder,
    checkout,
    data_folder,
    fetched_weights_folder,
    torchvision_folder,
    weights_folder,
)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))
    assert data_folder() == tmp_path / "data"
    assert cache_folder("pictures") == tmp_path / "data" / "cache" / "pictures"


def test_else_the_checkout(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MORNING_DATA", raising=False)
    assert checkout() == Path(__file__).resolve().parents[1]
    assert data_folder() == Path(__file__).resolve().parents[1] / "data"


def test_weights_are_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(WEIGHTS, str(tmp_path))
    assert weights_folder() == tmp_path
    monkeypatch.delenv(WEIGHTS)
    assert weights_folder() is None


def test_fetched_networks_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    assert fetched_weights_folder() == tmp_path.resolve() / "morning" / "backbones"


def test_torchvisions_cache_is_where_torch_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    torch = pytest.importorskip("torch")
    for torch_home, cache in ((None, None), (None, tmp_path / "x"), (tmp_path / "t", tmp_path)):
        for name, value in (("TORCH_HOME", torch_home), ("XDG_CACHE_HOME", cache)):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, str(value))
        assert torchvision_folder() == Path(torch.hub.get_dir()) / "checkpoints"

"""A cache of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from morning import downloads, places


def own_cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Make `folder` the user's cache, torchvision's too; return the folder of fetched networks.

    Nothing is there, no folder is named, and nobody waits before asking a server again.
    """
    monkeypatch.delenv("MORNING_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(folder / "torch"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(places.pooch, "os_cache", lambda name: folder / name)
    monkeypatch.setattr(downloads.time, "sleep", lambda _: None)
    return places.fetched_weights_folder()

"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the released research files; the test is skipped where there is none."""
    folder = os.environ.get("MORNING_MIRROR")
    if not folder:
        pytest.skip("needs the released research files: set MORNING_MIRROR to their folder")
    return Path(folder)

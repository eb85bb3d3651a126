"""Fixtures that every test may use."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from morning.features import FeatureSet
from toys.recorded import record

# A tenth of the time would go into looking for cycles among all that is imported.
gc.set_threshold(100_000, 20, 20)
# How long an example takes says more of the machine than of the code.
settings.register_profile("morning", deadline=None)
settings.load_profile("morning")
# No test fetches hundreds of megabytes: where a folder is named, nothing is fetched by itself.
os.environ["MORNING_WEIGHTS"] = os.devnull


# Slow files start first, so that no worker is left alone with one at the end.
SLOW = (
    *("test_pipeline.py", "test_demo_claims.py", "test_rebuild.py", "test_recovery.py"),
    "test_wheel.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the slow files to the front; everything else stays in order."""
    items.sort(key=lambda item: item.path.name not in SLOW)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `make test-long`."""
    parser.addoption("--record", type=Path, help="write what the tests found to this file")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Write what the tests found, if asked for."""
    if path := config.getoption("--record"):
        whole = config.args == config.getini("testpaths")
        record(terminalreporter.stats, path, [] if whole else config.args)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the released research files; the test is skipped where there is none."""
    folder = os.environ.get("MORNING_MIRROR")
    if not folder:
        pytest.skip("needs the released research files: set MORNING_MIRROR to their folder")
    return Path(folder)


@pytest.fixture(scope="module")
def no_workers() -> Iterator[None]:
    """Spare starting worker processes, which are tested with what starts them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)
        yield


@pytest.fixture
def tiny_features() -> Callable[..., FeatureSet]:
    """Return a maker of a FeatureSet of six brands and four influencers, changed by keyword."""

    def make(**changes: object) -> FeatureSet:
        rng = np.random.default_rng(0)
        accounts = {
            "account_id": ["b1", "b2", "b3", "b4", "b5", "b6", "m1", "m2", "m3", "m4"],
            "role": ["brand"] * 6 + ["influencer"] * 4,
            "category": ["auto", "food", "auto", "food", "auto", "food"] + [None] * 4,
            "split": ["train"] * 3 + ["validation"] + ["test"] * 2 + [None] * 4,
        }
        pairs = {
            "brand_id": ["b1", "b2", "b3", "b4", "b4", "b5", "b6", "b6"],
            "influencer_id": ["m1", "m2", "m3", "m1", "m2", "m1", "m2", "m4"],
        }
        parts = {
            "accounts": pd.DataFrame(accounts),
            "collaborations": pd.DataFrame(pairs),
            "blocks": {
                "content_topics": rng.random((10, 3), dtype=np.float32),
                "attribute": rng.random((10, 2), dtype=np.float32),
            },
            "source": "tiny",
            "made": {"content_topics": {"method": "drawn"}, "attribute": {"method": "drawn"}},
        }
        return FeatureSet(**parts | changes)  # type: ignore[arg-type]

    return make

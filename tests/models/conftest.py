"""A checkerboard, and trainings on it that were never interrupted."""

import pytest
from toys.trainings import CONFIGS, EPOCHS, fit, stop_at
from toys.vectors import checkerboard, tiny


@pytest.fixture(scope="session")
def board():
    return checkerboard()


@pytest.fixture(scope="session")
def finished(board, tmp_path_factory):
    """A training that was never interrupted, of each profile."""
    folder = tmp_path_factory.mktemp("finished")
    return {
        name: fit(board, tiny(config, epochs=EPOCHS), folder / name, watch=stop_at(0))
        for name, config in CONFIGS.items()
    }

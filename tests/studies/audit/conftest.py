"""Trainings whose test brands were looked at."""

import pytest
from toys import audited
from toys.vectors import checkerboard


@pytest.fixture(scope="session")
def board():
    return checkerboard()


@pytest.fixture(scope="session")
def watched(board, tmp_path_factory):
    return audited.watch(board, tmp_path_factory.mktemp("watched"))

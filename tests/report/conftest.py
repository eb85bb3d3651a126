"""Subjects of an audit, and trainings whose test brands were looked at."""

import pytest
from toys import audited
from toys.vectors import checkerboard


@pytest.fixture(scope="session")
def subjects():
    """Return a subject of every world."""
    return {name: audited.subject_of(world()) for name, world in audited.WORLDS.items()}


@pytest.fixture(params=audited.WORLDS)
def subject(request, subjects):
    return subjects[request.param]


@pytest.fixture(scope="session")
def board():
    return checkerboard()


@pytest.fixture(scope="session")
def watched_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="session")
def watched(board, watched_folder):
    return audited.watch(board, watched_folder)

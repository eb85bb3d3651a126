"""Fixtures of what looks at pictures."""

import pytest
from morning.features.visual import pictures
from morning.features.visual.recogniser import Recogniser
from toys.looks import Channels, plain


@pytest.fixture
def objects():
    return Recogniser("red green blue", ("red", "green", "blue"), Channels(3), plain())


@pytest.fixture
def scenes():
    return Recogniser("red green", ("red", "green"), Channels(2), plain(4))


@pytest.fixture
def decoded(monkeypatch):
    """Record which pictures are decoded."""
    seen, decode = [], pictures.decode

    def count(path):
        seen.append(path.name)
        return decode(path)

    monkeypatch.setattr(pictures, "decode", count)
    return seen

"""The worked examples of CONTRIBUTING.md are executed."""

import re
from pathlib import Path

import numpy as np
import pytest
from morning.rankers import METHODS, ranker
from morning.rankers.contract import REGISTERED
from morning.sources import load
from morning.sources.catalogue import NAMED
from morning.testing import RankerContract, toy_inputs

TEXT = (Path(__file__).resolve().parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def example(heading):
    """Return the code below a heading, executed."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    names = {"__name__": "tests.example"}
    exec(re.search(r"```python\n(.*?)```", section, re.S)[1], names)
    return names


class TestBaseline(RankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make(cls):
        yield example("Add a baseline")["Length"]
        REGISTERED.pop("length")

    def test_is_known_by_its_name(self, make):
        assert "length" in METHODS
        scores = ranker("length").fit(toy_inputs()).score
        assert callable(scores)


def test_a_source_is_opened_by_its_name(monkeypatch):
    monkeypatch.setattr("morning.sources.catalogue.NAMED", dict(NAMED))
    known = set(NAMED)
    try:
        example("Add a source")
        source = load("tiny")
    finally:
        for name in set(NAMED) - known:
            del NAMED[name]
    assert len(source.dataset) == 3
    np.testing.assert_array_equal(source.dataset.brands("test"), [1])

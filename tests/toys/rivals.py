"""The toy world of the rankers' contract, and quick options for each method."""

from __future__ import annotations

from typing import Any

from morning.evaluation import Task, official_task
from morning.features.rivals.inputs import Inputs
from morning.rankers import METHODS, Ranker, ranker
from morning.testing import poisoned
from morning.testing import toy_inputs as world

__all__ = ["poisoned", "quick", "test_task", "world"]


def quick(name: str, **changes: Any) -> Ranker:
    """Return a ranker of the registry that is fitted quickly."""
    return ranker(name, **(dict(METHODS[name].tiny) | changes))


def test_task(inputs: Inputs) -> Task:
    """Return the task of the test brands."""
    return official_task(inputs.features)


test_task.__test__ = False  # type: ignore[attr-defined]

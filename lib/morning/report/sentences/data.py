"""What is ranked."""

from __future__ import annotations

from morning.evaluation import Task


def task_size(task: Task) -> str:
    """Return how many brands rank how many candidates, and how many pairs are positive."""
    sizes = task.describe()
    pairs = sizes["brands"] * sizes["candidates"]
    return (
        f"Every one of **{sizes['brands']} test brands** ranks **{sizes['candidates']} "
        f"candidates**; {sizes['positives']} of the {pairs:,} pairs are positive "
        f"({sizes['positives'] / pairs:.1%})."
    )

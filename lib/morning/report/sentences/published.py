"""Where committed numbers come from, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def origin_of_run(published: Mapping[str, Any]) -> str:
    """Return when, with which settings and by which code a published run was made."""
    made = published["made"]
    settings = ", ".join(f"{name} {value}" for name, value in made["settings"].items())
    return (
        "**Where these numbers come from:** a run of the **real public benchmark** on "
        f"{made['date']} ({settings}; code `{made['code'][:12]}`), committed with the book. They "
        "were not computed in this copy, and its data have no part in them."
    )

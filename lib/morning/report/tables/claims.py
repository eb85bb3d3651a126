"""The paper's claims beside what became of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from morning.report.headings import HEADINGS
from morning.report.tables.style import Shown, in_words

_METRIC = re.compile(rf"\b({'|'.join(map(re.escape, HEADINGS))})(?= [+\-\d])")
_COLUMNS = ("claim", "paper", "ours", "verdict")


def claims(rows: Sequence[Mapping[str, Any]]) -> Shown:
    """Return a table of claims, as `studies.claims.check_claims` returns them."""
    table = pd.DataFrame(rows).set_index("number")[list(_COLUMNS)].rename_axis("no.")
    for column in ("paper", "ours"):
        table[column] = table[column].map(_headed)
    return in_words(table)


def _headed(text: str) -> str:
    """Write metrics as tables do, where a number follows."""
    return _METRIC.sub(lambda found: HEADINGS[found[1]], text)


def tally(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how many claims came to which verdict."""
    count = Counter(row["verdict"] for row in rows)
    said = ", ".join(verdict_of(verdict, count[verdict]) for verdict in sorted(count))
    return f"Of {len(rows)} claims: {said}."


def verdict_of(verdict: str, number: int) -> str:
    """Return how many claims came to a verdict: 1 holds, 4 hold."""
    verb = {"holds": "hold", "fails": "fail"}.get(verdict, verdict)
    return f"{number} {verdict if number == 1 else verb}"

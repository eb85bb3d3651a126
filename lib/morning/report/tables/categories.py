"""Table V recombined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from morning.report.headings import HEADINGS, PAPER_METRICS, number
from morning.report.tables.style import Shown, styled
from morning.studies.recombination import recombine, recombine_paper


def recombined(document: Mapping[str, Any]) -> Shown:
    """Return the *all* row of Table V beside its recombined categories, ours and the paper's."""
    rows = document["rows"]
    everything = next(row for row in rows if row["method"] == "all")
    columns = {("ours", "all"): everything, ("ours", "categories together"): recombine(rows)}
    if everything.get("paper"):
        columns["paper", "all"] = everything["paper"]
        columns["paper", "categories together"] = recombine_paper(rows)
    metrics = [m for m in PAPER_METRICS if m != "medr"]
    written = {name: [number(found[m], m) for m in metrics] for name, found in columns.items()}
    return styled(pd.DataFrame(written, index=[HEADINGS[m] for m in metrics]))

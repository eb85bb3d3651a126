"""The section on who is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from morning.evaluation import METRICS
from morning.report.section import Section
from morning.report.tables.results import beside_paper
from morning.report.tables.style import written
from morning.studies.audit.candidates import everyone_row
from morning.studies.audit.subject import Subject

#: Headings of the clean metrics.
CLEAN = {"auc_clean": "AUC, clean", "cauc_clean": "cAUC, clean"}


def everyone(subject: Subject) -> Section:
    """Show what changes where all influencers are candidates."""
    protocol = subject.row | {"method": "protocol", "paper": None}
    row = everyone_row(subject)
    pools = pd.DataFrame([protocol, row]).set_index("method")[list(METRICS)].astype(float)
    return Section(
        rows=[row | {"part": "candidates"}],
        tables=[
            beside_paper({"rows": [protocol, row]}, rivals=False),
            written(pools[list(CLEAN)].rename(columns=CLEAN), "{:.4f}"),
        ],
        text=_change(subject, protocol, row),
    )


def _change(subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    text = (
        f"With {after['candidates']:,} instead of {len(subject.task.influencers):,} candidates "
        f"recall@10 goes from {before['recall@10']:.3f} to {after['recall@10']:.3f} and MAP from "
        f"{before['map']:.3f} to {after['map']:.3f}. Released AUC and both versions of cAUC "
        "cannot change: their negatives are partners of other test brands, whoever else is "
        "ranked, and an influencer without a test brand has no category in this benchmark."
    )
    if before["auc_clean"] is None or after["auc_clean"] is None:
        return text
    change = after["auc_clean"] - before["auc_clean"]
    return f"{text} The clean AUC counts every candidate once, and changes by {change:+.4f}."

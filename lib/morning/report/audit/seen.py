"""Sections on what is audited, and on the partners that training has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from morning.report.section import Section
from morning.report.tables.results import beside_paper, differences
from morning.report.tables.style import written
from morning.studies.audit.seen import beaten_by_training, seen_rows
from morning.studies.audit.subject import Subject


def subject_size(subject: Subject) -> str:
    """Return how large the test is, and what the models were trained on."""
    task = subject.task
    return (
        f"{len(task.brands)} test brands rank {len(task.influencers)} candidates; "
        f"{int(task.positives.sum())} pairs are partners. MORNING is the mean of "
        f"{len(subject.models)} seeds, trained on {', '.join(subject.features.blocks)}."
    )


def unseen(subject: Subject) -> Section:
    """Show the ranking without the partners that training has seen."""
    rows = seen_rows(subject)
    return Section(
        rows=[row | {"part": "overlap"} for row in rows], tables=[beside_paper({"rows": rows})]
    )


def beaten(subject: Subject, without: Section) -> Section:
    """Show how many candidates a partner beats, by what training has seen of it.

    Parameters
    ----------
    subject : Subject
    without : Section
        From `unseen`.
    """
    seen = beaten_by_training(subject)
    tables = [written(seen, {"pairs": "{:.0f}"} | dict.fromkeys(seen.columns[1:], "{:.3f}"))]
    if len(without.rows) > 1:
        tables.append(differences({"rows": without.rows}))
    return Section(
        findings={"partners_by_training": seen.to_dict("index")},
        tables=tables,
        text=_easier(seen, without),
    )


def _easier(seen: pd.DataFrame, without: Section) -> str:
    """Return what leaving out the seen partners changes, and who is found most easily."""
    if len(without.rows) == 1:
        return "No candidate is a partner of training brands, or every one is."
    said = [_change(without.rows[1]["difference"]["auc"])]
    share, alike = seen["share beaten"], seen["by similarity"]
    if len(share) > 1:
        easy, hard = share.idxmax(), share.idxmin()
        ours, theirs = share[easy] - share[hard], alike[easy] - alike[hard]
        said.append(
            f"Easiest are partners *{easy}*, hardest partners *{hard}*: {ours:+.3f} for MORNING, "
            f"and {theirs:+.3f} for the similarity, which was shown none of them. What training "
            f"on the partners themselves can have added is the difference, {ours - theirs:+.3f}."
        )
    return " ".join(filter(None, said))


def _change(moved: Mapping[str, Any]) -> str:
    if moved["value"] is None:
        return ""
    said = f"Leaving out the partners that training has seen changes AUC by {-moved['value']:+.4f}"
    if moved["ci95"]:
        low, high = moved["ci95"]
        said += f" (95 % interval {-high:+.4f} to {-low:+.4f})"
    return f"{said}."

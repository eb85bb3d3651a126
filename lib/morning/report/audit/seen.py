"""Sections on what is audited, and on the partners that training has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from morning.evaluation.overlap import UNSEEN
from morning.report.headings import between
from morning.report.section import Section
from morning.report.tables.results import beside_paper, differences
from morning.report.tables.style import written
from morning.studies.audit.seen import Beaten, beaten_by_training, seen_rows
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
        rows=[row | {"part": "overlap"} for row in rows],
        tables=[beside_paper({"rows": rows}, rivals=False)],
    )


def beaten(subject: Subject, without: Section) -> Section:
    """Show how many candidates a partner beats, by what training has seen of it.

    Parameters
    ----------
    subject : Subject
    without : Section
        From `unseen`.
    """
    found = beaten_by_training(subject)
    seen = found.table
    tables = [written(seen, {"pairs": "{:.0f}"} | dict.fromkeys(seen.columns[1:], "{:.3f}"))]
    if len(without.rows) > 1:
        tables.append(differences({"rows": without.rows}))
    return Section(
        findings={
            "partners_by_training": seen.to_dict("index"),
            "added_by_training": {
                name: {"value": added.value, "ci95": added.difference_interval()}
                for name, added in found.added.items()
            },
        },
        tables=tables,
        text=_easier(found, without),
    )


def _easier(found: Beaten, without: Section) -> str:
    """Return what leaving out the seen partners changes, and who is found most easily."""
    if len(without.rows) == 1:
        return "No candidate is a partner of training brands, or every one is."
    said = [_change(without.rows[1]["difference"]["auc"])]
    share, alike = found.table["share beaten"], found.table["by similarity"]
    for name, added in found.added.items():
        ours, theirs = share[name] - share[UNSEEN], alike[name] - alike[UNSEEN]
        said.append(
            f"Partners *{name}* beat {ours:+.3f} more than unseen ones under MORNING, and "
            f"{theirs:+.3f} under the similarity, which was shown none of them. What training on "
            f"the partners themselves can have added is the difference, {added.value:+.3f}"
            f"{between(added.difference_interval(), 4)}."
        )
    return " ".join(filter(None, said))


def _change(moved: Mapping[str, Any]) -> str:
    if moved["value"] is None:
        return ""
    said = f"Leaving out the partners that training has seen changes AUC by {-moved['value']:+.4f}"
    if moved["ci95"]:
        low, high = moved["ci95"]
        said += between((-high, -low), 4)
    return f"{said}."

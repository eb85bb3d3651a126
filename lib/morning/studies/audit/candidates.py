"""Ranking all influencers, not only the partners of test brands."""

from __future__ import annotations

from typing import Any

from morning.evaluation import official_task, result_row
from morning.studies.audit.subject import Subject
from morning.studies.trained import statistics

EVERYONE = "all influencers"


def everyone_row(subject: Subject) -> dict[str, Any]:
    """Return the result row of the models where every influencer is a candidate.

    It has `brands`, `candidates` and `positives`, how many there are.
    """
    task = official_task(subject.features, "all")
    row = result_row(EVERYONE, statistics(subject.models, subject.features, task))
    return row | task.describe()

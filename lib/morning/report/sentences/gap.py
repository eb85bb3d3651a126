"""Why a reproduction falls short, in one paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from morning.code import code_of
from morning.errors import counted
from morning.evaluation.published import PUBLISHED
from morning.report.headings import between
from morning.studies.gap import is_whole, shares
from morning.studies.recipes import FACTORS, best_by_validation

Row = Mapping[str, Any]

#: Experiments that train and rank as the printed numbers do.
_TRAINED = ("grid", "code", "code_whole", "bamir", "sampling", "refitted")


def answer(found: Mapping[str, Sequence[Row]], strongest: Mapping[str, float]) -> list[str]:
    """Return how much of the gap each cause explains, and what is left.

    Parameters
    ----------
    found : mapping of experiment to rows
    strongest : mapping of method to AUC
        Rankings that were not trained as the paper says, to stand beside it.
    """
    grid = found.get("grid", [])
    if not is_whole(grid):
        return [
            "The grid of recipes is not whole yet, and so the answer is not either: `make "
            "evidence` goes on."
        ]
    published = PUBLISHED["table4_ablations"]["c+att"]["auc"]
    paper, chosen = grid[0]["auc"], best_by_validation(grid)
    gap = published - paper
    parts = [
        f"The paper prints an AUC of {published:.3f} for topics, pictures and attributes; its "
        f"recipe gives {paper:.3f} on the topics and attributes that were released, {gap:.3f} less."
    ]
    first, *others = shares(found)
    parts.append(
        f"Of this, {first.change:+.3f} is the recipe: {chosen['method']} ({', '.join(FACTORS)}), "
        f"which the validation brands choose, gives {chosen['auc']:.3f}."
    )
    if others:
        said = ", ".join(f"{share.cause} {share.change:+.3f}" for share in others)
        parts.append(f"Added to that recipe, one at a time: {said}.")
    beside = ", ".join(f"{name} {auc:.3f}" for name, auc in strongest.items())
    parts.append(f"Rankings that need no such training stand beside it: {beside}.")
    trained = [row["auc"] for name in _TRAINED for row in found.get(name, [])]
    left = published - max([*trained, *strongest.values()])
    parts.append(
        f"From the best of all that was tried on these two blocks, {left:.3f} remain to the "
        "printed number. Pictures, the authors' own attributes and the posts themselves were not "
        "released, so that whether they close it cannot be checked."
    )
    return parts


def origin(rows: Iterable[Row]) -> str:
    """Return when rows with `made` were computed, and whether by the code that is here."""
    made = [row["made"] for row in rows]
    if not made:
        return "Nothing of this was computed yet."
    days = sorted({each["date"] for each in made})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    other = sum(each["code"] != code_of(*each["modules"]) for each in made)
    said = f"{counted(len(made), 'row')}, computed on the benchmark ({when})"
    if other:
        said += f"; files of the library behind {other} of them were edited since"
    return f"{said}. They are committed with the book; `make evidence` computes them again."


def added_by_training(findings: Mapping[str, Any]) -> str:
    """Return what training on the partners themselves can have added, group by group.

    Parameters
    ----------
    findings : mapping
        Of the audit of a run.
    """
    said = []
    for group, added in findings.get("added_by_training", {}).items():
        said.append(f"*{group}* {added['value']:+.3f}{between(added['ci95'])}")
    if not said:
        return "No partner of a test brand was seen in training, or every one was."
    return (
        "How much further above the similarity MORNING is among partners that training has seen "
        f"than among unseen ones, in the share of other candidates beaten: {', '.join(said)}."
    )

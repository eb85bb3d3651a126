"""Why a reproduction falls short, in one paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from morning.evaluation.published import PUBLISHED
from morning.studies.gap import shares
from morning.studies.recipes import FACTORS, best_by_validation

Row = Mapping[str, Any]


def answer(found: Mapping[str, Sequence[Row]], strongest: Mapping[str, float]) -> str:
    """Return how much of the gap each cause explains, and what is left.

    Parameters
    ----------
    found : mapping of experiment to rows
    strongest : mapping of method to AUC
        Rankings that were not trained as the paper says, to stand beside it.
    """
    grid = found.get("grid", [])
    if not grid:
        return "The experiments were not run yet: `make evidence` does."
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
    left = published - max([chosen["auc"], *strongest.values()])
    parts.append(
        f"What remains to the printed number after the best of these is {left:.3f}. No setting "
        "that was tried comes near it on these two blocks; pictures, the authors' own attributes "
        "and the posts themselves were not released, so that whether they close it cannot be "
        "checked."
    )
    return " ".join(parts)


def origin(rows: Iterable[Row], code: str) -> str:
    """Return when rows were computed, and whether by the code that is here.

    Parameters
    ----------
    rows : iterable of rows with `made`
    code : str
        Digest of the code that is here.
    """
    made = [row["made"] for row in rows]
    if not made:
        return "Nothing of this was computed yet."
    days = sorted({each["date"] for each in made})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    other = sum(each["code"] != code for each in made)
    said = f"{len(made)} rows, computed on the benchmark ({when})"
    if other:
        said += f"; the code that trains has changed since {other} of them"
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
        one = f"*{group}* {added['value']:+.3f}"
        if added["ci95"]:
            one += " (95 % interval {:+.3f} to {:+.3f})".format(*added["ci95"])
        said.append(one)
    if not said:
        return "No partner of a test brand was seen in training, or every one was."
    return (
        "How much further above the similarity MORNING is among partners that training has seen "
        f"than among unseen ones, in the share of other candidates beaten: {', '.join(said)}."
    )

"""Tables on why a reproduction falls short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import Markdown

from morning.report.headings import headings, spread
from morning.report.tables.best import over_splits
from morning.report.tables.results import beside_paper
from morning.report.tables.style import Shown, in_words, styled, written
from morning.studies.gap import Effect, Share
from morning.studies.recipes import best_by_validation
from morning.studies.splits import compare_over_splits

_SHOWN = ("auc", "cauc", "recall@10", "mrr", "map")
_RULES = {
    "validation": "AUC of validation brands",
    "validation MAP": "MAP of validation brands",
    "validation MRR": "MRR of validation brands",
    "last epoch": "none: the last epoch",
    "best test AUC": "AUC of test brands (optimistic)",
}

Row = Mapping[str, Any]

#: In the place of what is still to be computed.
NOT_YET = Markdown("*Not computed yet: `make evidence` does.*")


def recipes(rows: Sequence[Row], name: str = "recipe") -> Shown | Markdown:
    """Return recipes in the order in which the validation brands rank them, with what they give.

    Validation and test are not comparable with one another: validation brands have fewer
    candidates. ± is the standard deviation over seeds.
    """
    if not rows:
        return NOT_YET
    ranked = sorted(rows, key=lambda row: -row["validation"]["auc"])
    table, columns = {}, headings(_SHOWN)
    for row in ranked:
        cells = {("validation", "AUC ↑"): f"{row['validation']['auc']:.3f}"}
        cells |= {("test", name): spread(row[m], row["sd"][m], m) for m, name in columns.items()}
        epochs = {("chosen", "epoch"): f"{np.mean(row['epochs']):.0f}"}
        table[row["method"]] = cells | epochs
    return styled(pd.DataFrame(table).T.rename_axis(name))


def effects(found: Mapping[str, Sequence[Effect]]) -> Shown | Markdown:
    """Return the effect of each factor on each metric, with the noise of seeds."""
    if not any(found.values()):
        return NOT_YET
    table: dict[str, dict[str, str]] = {}
    for (metric, each), name in zip(found.items(), headings(found).values(), strict=True):
        for effect in each:
            row = table.setdefault(f"{effect.factor}: {effect.level}", {})
            row[name] = spread(effect.value, effect.noise, metric, sign="+")
    return styled(pd.DataFrame(table).T.rename_axis("changed to"))


def rules(rows: Sequence[Row]) -> Shown | Markdown:
    """Return what the ways of choosing an epoch give for the recipe that validation chooses."""
    if not rows:
        return NOT_YET
    found = best_by_validation(rows)["selection"]
    table = pd.DataFrame({_RULES[rule]: found[rule] for rule in _RULES if rule in found}).T
    table = table[[*_SHOWN, "epoch"]].rename(columns=headings(_SHOWN)).rename_axis("chosen by")
    return written(table, {c: "{:.0f}" if c == "epoch" else "{:.3f}" for c in table})


def shares(found: Sequence[Share]) -> Shown | Markdown:
    """Return what each cause is worth."""
    if not found:
        return NOT_YET
    table = pd.DataFrame({s.cause: {"AUC": f"{s.change:+.3f}", "compared": s.how} for s in found}).T
    return in_words(table.rename_axis("cause"))


def results(rows: Sequence[Row]) -> Shown | Markdown:
    """Return result rows as other chapters show them."""
    return beside_paper({"rows": rows}) if rows else NOT_YET


def splits(rows: Sequence[Row]) -> Shown | Markdown:
    """Return what methods reach on the same random splits; the first is held against the others."""
    if not rows:
        return NOT_YET
    return over_splits(compare_over_splits({row["method"]: row["over_splits"] for row in rows}))

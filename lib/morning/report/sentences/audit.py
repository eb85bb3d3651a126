"""What the benchmark rewards, forgives and hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from morning.report.headings import between, number

Row = Mapping[str, Any]


def audited(rows: Sequence[Row], found: Mapping[str, Any]) -> list[str]:
    """Return what the benchmark rewards, forgives and hides.

    Parameters
    ----------
    rows : sequence of result rows
        All of the audit.
    found : mapping
        Its findings.
    """
    named = {row["method"]: row for row in rows}
    ours, told = named["MORNING"], named.get("category-oracle")
    said = []
    if told and None not in (told["auc"], ours["auc"]):
        mostly = "Mostly the category: knowing it" if told["auc"] > ours["auc"] else "Knowing it"
        said.append(
            f"{mostly} and nothing else gives an AUC of "
            f"{number(told['auc'], 'auc')} and a cAUC of {number(told['cauc'], 'cauc')}; MORNING "
            f"has {number(ours['auc'], 'auc')} and {number(ours['cauc'], 'cauc')}."
        )
    for group, added in found.get("added_by_training", {}).items():
        low, high = added["ci95"] or (-1.0, 1.0)
        shown = "" if low > 0 or high < 0 else ": not shown to be more than nothing"
        said.append(
            f"Partners {group} beat {added['value']:+.3f}{between(added['ci95'])} of the other "
            f"candidates more than likeness explains{shown}."
        )
    if "all influencers" in named:
        everyone = named["all influencers"]
        said.append(
            f"With all influencers as candidates R@10 is {number(everyone['recall@10'], 'auc')}, "
            f"with those of the protocol {number(ours['recall@10'], 'auc')}."
        )
    if ceiling := found.get("recall_ceiling"):
        most = ", ".join(f"R@{k} {value:.3f}" for k, value in ceiling.items())
        said.append(f"Nobody can have more than {most}: some brands have more partners than that.")
    picked = found.get("selection", {})
    if {"validation", "best test AUC"} <= set(picked) and "auc" in picked["validation"]:
        gain = picked["best test AUC"]["auc"] - picked["validation"]["auc"]
        said.append(f"Choosing the epoch on the test brands would add {gain:.3f} to AUC.")
    return said

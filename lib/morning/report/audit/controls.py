"""Sections on what rankings get that know nothing, or categories alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from morning.evaluation import METRICS, BrandStatistics
from morning.evaluation.published import PUBLISHED
from morning.rankers.rand import expected_metrics
from morning.report.figures import audit as figures
from morning.report.headings import HEADINGS, PAPER_METRICS, digits
from morning.report.section import Section
from morning.report.tables.results import beside_paper
from morning.report.tables.style import written
from morning.studies.audit.controls import RAND, control_rows, position
from morning.studies.audit.subject import Subject

Known = Mapping[str, Sequence[BrandStatistics]]


def category(subject: Subject, known: Known) -> Section:
    """Show how far a ranking gets that knows categories and nothing else.

    Parameters
    ----------
    subject : Subject
    known : mapping of name to sequence of BrandStatistics
        From `studies.audit.controls.controls`.
    """
    controls = control_rows(known, subject.task, subject.table)
    rows = [subject.row, *(row | {"part": "controls"} for row in controls)]
    return Section(
        rows=rows,
        figure=figures.category_recovery(rows),
        tables=[beside_paper({"rows": rows})],
        text=_lead(pd.DataFrame(rows).set_index("method")[list(METRICS)].astype(float)),
    )


def _lead(value: pd.DataFrame) -> str:
    """Return what the oracle and what a learnt category reach, of methods × metrics."""
    ours, oracle = value.loc["MORNING"], value.loc["category-oracle"]
    learnt = "category-predictor" if "category-predictor" in value.index else "similarity"
    said = []
    if pd.notna(ours["auc"]):
        said.append(
            "Told the categories and nothing else, the oracle reaches an AUC of "
            f"{oracle['auc']:.3f}, {'more' if oracle['auc'] > ours['auc'] else 'no more'} than "
            f"MORNING's {ours['auc']:.3f}; R@50 {oracle['recall@50']:.3f} against "
            f"{ours['recall@50']:.3f}, MAP {oracle['map']:.3f} against {ours['map']:.3f}."
        )
    if ours["auc"] > 0.5:
        lead = (value.loc[learnt, "auc"] - 0.5) / (ours["auc"] - 0.5)
        said.append(
            f"The *{learnt}*, which knows nothing of partners beyond their category, has "
            f"{lead:.0%} of MORNING's lead over 0.5 in AUC."
        )
    if pd.notna(ours["cauc"]):
        said.append(
            f"Within a category the oracle is blind, with a cAUC of {oracle['cauc']:.3f}, and "
            f"MORNING reaches {ours['cauc']:.3f}: what lies beyond categories shows there."
        )
    return " ".join(said)


def chance(subject: Subject, known: Known) -> Section:
    """Show what random rankings get: the exact expectation, and single draws around it."""
    drawn = _draws(known)
    expected = expected_metrics(subject.task)
    spread = drawn.describe(percentiles=[0.025, 0.975]).loc[["mean", "std", "2.5%", "97.5%"]]
    table = pd.concat([pd.DataFrame({"expected": expected}).T, spread])[list(PAPER_METRICS)]
    return Section(
        findings={"expected_of_random": pd.Series(expected).dropna().to_dict()},
        figure=figures.chance(drawn, _printed(subject)),
        tables=[written(table.rename(columns=HEADINGS), "{:.3f}")],
    )


def printed_chance(subject: Subject, known: Known) -> Section:
    """Show where the paper's random row lies among the draws; nothing on other data."""
    if (paper := _printed(subject)) is None:
        return Section()
    drawn = _draws(known)
    below = {
        m: position(drawn[m].to_numpy(), paper[m], 0 if m == "medr" else digits(m))
        for m in PAPER_METRICS
    }
    means = ("recall@10", "recall@50", "mrr", "map")
    low = sum(below[m] < 0.5 for m in means)
    line = pd.DataFrame({"share of draws below": below}).rename(index=HEADINGS).T
    return Section(
        findings={"paper_rand_position": below},
        tables=[written(line, "{:.1%}")],
        text=f"{low} of its {len(means)} rank metrics lie in the lower half of the draws. A table "
        "should print the expectation, not a draw.",
    )


def _draws(known: Known) -> pd.DataFrame:
    return pd.DataFrame([run.metrics() for run in known[RAND]])


def _printed(subject: Subject) -> Mapping[str, float] | None:
    return PUBLISHED[subject.table][RAND] if subject.table else None

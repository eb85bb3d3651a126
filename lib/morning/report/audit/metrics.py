"""Sections on the metrics: what ties cost, what AUC compares, how high recall can go, Table V."""

from __future__ import annotations

import numpy as np
import pandas as pd

from morning.evaluation import category_rows
from morning.evaluation.published import PUBLISHED, published_table
from morning.report.audit.candidates import CLEAN
from morning.report.figures import audit as figures
from morning.report.headings import HEADINGS, PAPER_METRICS, digits
from morning.report.section import Section
from morning.report.tables.categories import recombined
from morning.report.tables.style import written
from morning.studies.audit import arithmetic
from morning.studies.audit.subject import Subject
from morning.studies.recombination import recombine_paper


def ties(subject: Subject) -> Section:
    """Show what the metrics charge for scores of few levels."""
    coarse = arithmetic.quantised(subject.scores, subject.task)
    share = float(np.mean([arithmetic.tied_share(scores) for scores in subject.scores]))
    shown = coarse.rename(columns=HEADINGS | CLEAN)
    return Section(
        findings={"ties": {"share": share, "constant": coarse.loc["1"].dropna().to_dict()}},
        figure=figures.ties(coarse),
        tables=[written(shown, {m: "{:.1f}" if m == "MedR" else "{:.3f}" for m in shown})],
        text=_cost(coarse, share),
    )


def _cost(coarse: pd.DataFrame, share: float) -> str:
    constant, ten, exact = coarse.loc["1"], coarse.loc["10"], coarse.loc["all"]
    said = [f"{share:.2%} of MORNING's own scores are tied with another candidate's."]
    if exact[["auc", "auc_clean"]].notna().all():
        said.append(
            f"A constant score has an AUC of {constant['auc']:.1f} as released and "
            f"{constant['auc_clean']:.1f} clean. With ten levels the released AUC is "
            f"{ten['auc']:.3f} and the clean one {ten['auc_clean']:.3f}."
        )
    said.append(
        f"Ten levels take recall@10 from {exact['recall@10']:.3f} to {ten['recall@10']:.3f}."
    )
    return " ".join(said)


def comparisons(subject: Subject) -> Section:
    """Show what the released AUC and cAUC compare, and how far the clean ones lie from them."""
    made = arithmetic.comparisons(subject.task)
    versions = arithmetic.released_and_clean(subject.row)
    two = made["two partners"]
    share, bias = two / made["released"].clip(lower=1), versions["bias"]
    forms = {"released": "{:.4f}", "clean": "{:.4f}", "bias": "{:+.4f}"}
    return Section(
        findings={
            "comparisons": made.to_dict("index"),
            "released_minus_clean": bias.dropna().to_dict(),
        },
        tables=[
            written(made.rename(index=HEADINGS), "{:,}"),
            written(versions.rename(index=HEADINGS), forms),
        ],
        text=f"{two['auc']:,} comparisons of AUC ({share['auc']:.2%}) and {two['cauc']:,} of cAUC "
        f"({share['cauc']:.2%}) set two partners against each other. {_apart(bias.dropna())}",
    )


def _apart(bias: pd.Series) -> str:
    """Return how far released lies from clean in each metric that could be measured."""
    said = " and ".join(f"{value:+.4f} in {HEADINGS[metric]}" for metric, value in bias.items())
    return f"For this model, released differs from clean by {said}." if said else ""


def recall_ceiling(subject: Subject) -> Section:
    """Say how high recall can go."""
    positives = subject.task.positives
    ceilings = {k: arithmetic.recall_ceiling(positives, k) for k in (10, 50)}
    many = (positives.sum(axis=1) > 10).sum()
    ours = subject.row["recall@10"]
    return Section(
        findings={"recall_ceiling": {str(k): ceiling for k, ceiling in ceilings.items()}},
        text=f"{many} of {len(positives)} brands have more than ten partners, so recall@10 cannot "
        f"exceed **{ceilings[10]:.3f}** (recall@50: {ceilings[50]:.3f}). MORNING's {ours:.3f} is "
        f"{ours / ceilings[10]:.0%} of what can be had.",
    )


def recombination(subject: Subject) -> Section:
    """Show whether the paper's Table V adds up to its own *all* row; nothing on other data."""
    table = published_table("table5_categories", subject.features.source)
    if table is None:
        return Section()
    rows = category_rows(subject.statistics, subject.task.categories, table=table)
    combined, printed = recombine_paper(rows), PUBLISHED[table]["all"]
    gap = {
        HEADINGS[m]: round(together, digits(m)) - printed[m]
        for m in PAPER_METRICS
        if (together := combined.get(m)) is not None
    }
    worst = max(gap, key=lambda heading: abs(gap[heading]))
    return Section(
        findings={"table5_gap": gap},
        tables=[recombined({"rows": rows})],
        text=f"Ours adds up by construction. The paper's categories differ from its *all* row by "
        f"{gap[worst]:+.3f} in {worst}, the widest gap: with six or seven brands in each, the two "
        "cannot be one run.",
    )

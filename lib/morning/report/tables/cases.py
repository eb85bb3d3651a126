"""Tables of the case study: where its accounts are ranked, and what they look like."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from morning.report.accounts import VIEWS
from morning.report.tables.style import Shown, styled
from morning.studies.cases import ROLES, TOP_PARTNER, CaseStudy, nearer_than

#: Block -> heading, as Fig. 4 calls it.
_HEADINGS = {block: name for block, (name, _) in VIEWS.items()} | {"attribute": "attributes"}


def case_ranks(study: CaseStudy) -> Shown:
    """Return the ranks of the four accounts beside the paper's, and what is usual."""
    rows = {}
    for role, (name, printed) in ROLES.items():
        case = study.case(role)
        usual = study.typical.get(role)
        rows[role] = {
            "in the paper": f"{name}: {printed} of 797",
            "here": f"{case.rank:,} of {study.candidates:,}" if case else "–",
            "median over test brands": "–" if usual is None else f"{usual:g}",
        }
    return styled(pd.DataFrame(rows).T)


def likeness_to_brand(study: CaseStudy) -> Shown | None:
    """Return how alike the accounts are to the brand, and what share of candidates is less so."""
    return _likeness(study, study.to_brand, lambda row: nearer_than(study.to_brand, row))


def likeness_to_partner(study: CaseStudy) -> Shown | None:
    """Return how alike the others are to the top partner; None without one."""
    top = study.case(TOP_PARTNER)
    if top is None:
        return None
    table = study.to_partner
    return _likeness(study, table, lambda row: nearer_than(table, row, top.row), top.row)


def _likeness(
    study: CaseStudy,
    table: pd.DataFrame,
    nearer: Callable[[int], pd.Series],
    reference: int | None = None,
) -> Shown | None:
    rows = {}
    for case in study.cases:
        if case.row != reference:
            shares = nearer(case.row).map(lambda share: "" if pd.isna(share) else f" ({share:.0%})")
            rows[case.role] = table.loc[case.row].map("{:.2f}".format) + shares
    return styled(pd.DataFrame(rows).T.rename(columns=_HEADINGS)) if rows else None

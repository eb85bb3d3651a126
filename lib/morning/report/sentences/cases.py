"""What the paper says of its four accounts, beside what became of ours."""

from __future__ import annotations

import pandas as pd

from morning.errors import counted
from morning.plain import in_markdown
from morning.report.cards import PARTS
from morning.studies.cases import (
    LOOK_ALIKE,
    LOWEST_PARTNER,
    ROLES,
    TOGETHER,
    TOP_PARTNER,
    TOP_STRANGER,
    Case,
    CaseStudy,
    nearer_than,
)

_ALIKE = 0.9  # share of the candidates that an account must be nearer than, to be called alike


def compare_cases(study: CaseStudy) -> str:
    """Return, as Markdown, the paper's sentences on Fig. 4 and whether they can be said here."""
    said = [
        _ranks(study),
        _top_partner(study),
        _stranger(study),
        _lowest(study),
        _look_alike(study),
    ]
    said += [f"There is no {role}: {why}." for role, why in study.absent.items()]
    return "\n".join(f"- {each}" for each in said if each)


def _ranks(study: CaseStudy) -> str:
    printed = ", ".join(f"{rank}" for _, rank in ROLES.values())
    ours = ", ".join(f"{case.rank} ({case.role})" for case in study.cases)
    return (
        f"The paper's food brand has its four accounts at ranks {printed} of “798” (PE1, NE1, "
        f"PEN, NESN; the pool has 797). Here they are at {ours} of {study.candidates:,}, for a "
        f"brand with {counted(study.partners, 'partner')}."
    )


def _top_partner(study: CaseStudy) -> str:
    case = study.case(TOP_PARTNER)
    if case is None:
        return ""
    found = "is ranked first" if case.rank == 1 else f"is ranked {case.rank}, not first"
    return (
        "*“PE1 is ranked 1st […], which proves that our method can accurately find suitable "
        f"positive examples.”* Here the top partner {found}; it is nearer to the brand than "
        f"{_shares(nearer_than(study.to_brand, case.row))} of the other candidates. One account "
        "of one brand proves nothing: the chapters before measure all of them."
    )


def _stranger(study: CaseStudy) -> str:
    case, top = study.case(TOP_STRANGER), study.case(TOP_PARTNER)
    if case is None or top is None:
        return ""
    nearer = nearer_than(study.to_partner, case.row, top.row)
    if pd.isna(nearer[TOGETHER]):
        return ""
    if (nearer >= _ALIKE).all():
        verdict = "It is like the top partner in everything that the data show"
    elif nearer[TOGETHER] >= _ALIKE:
        verdict = "It is like the top partner on the whole, if not in everything"
    else:
        verdict = "It is not especially like the top partner"
    return (
        "*“NE1 and PE1 are very similar in content information, audiences information, and "
        f"social media attributes.”* {verdict}: their similarity is "
        f"{study.to_partner.loc[case.row, TOGETHER]:.2f}, higher than for {_shares(nearer)} of "
        "the other candidates."
    )


def _lowest(study: CaseStudy) -> str:
    case = study.case(LOWEST_PARTNER)
    if case is None:
        return ""
    nearer = nearer_than(study.to_brand, case.row)
    far = "far from" if nearer[TOGETHER] < 0.5 else "not far from"
    return (
        "*“There are few food-related elements in [PEN's] content, and its audiences have little "
        f"interest in food.”* The lowest partner here is {far} its brand: nearer than "
        f"{_shares(nearer)} of the other candidates. {_weakest(case)}"
    )


def _look_alike(study: CaseStudy) -> str:
    case, top = study.case(LOOK_ALIKE), study.case(TOP_PARTNER)
    if case is None or top is None:
        return ""
    nearer = nearer_than(study.to_partner, case.row, top.row)
    return (
        "*“The results of NESE reveal the model's ability to make a fine-grained distinction.”* "
        f"The low look-alike is nearer to the top partner than {_shares(nearer)} of the other "
        f"candidates, and ranked {case.rank}. {_weakest(case)} It was searched for: among many "
        "accounts that are ranked low, one always looks most like the top partner, whether the "
        "distinction is fine or the ranking wrong."
    )


def _weakest(case: Case) -> str:
    """Say which part of the score holds an account back."""
    parts = {part: share for part, share in case.beats.items() if part != "F"}
    if len(parts) < 2:
        return ""
    part = min(parts, key=lambda name: parts[name])
    return (
        f"What holds it back most is {PARTS.get(part, part)}: {part} is above that of "
        f"{parts[part]:.0%} of the candidates."
    )


def _shares(nearer: pd.Series) -> str:
    """Write the share for everything together, and the lowest and highest of single blocks."""
    if pd.isna(nearer[TOGETHER]):
        return "none"
    blocks = nearer.drop(TOGETHER)
    said = f"**{nearer[TOGETHER]:.0%}**"
    if len(blocks) > 1:
        said += f" (block by block, {blocks.min():.0%} to {blocks.max():.0%})"
    return said


def ranks_of_cases(study: CaseStudy) -> list[str]:
    """Return where the accounts of a case study are ranked."""
    ranks = ", ".join(f"the {case.role} {case.rank:,}" for case in study.cases)
    typical = ", ".join(f"the {role} {rank:,.0f}" for role, rank in study.typical.items())
    said = [
        f"Of {study.candidates:,} candidates, {counted(study.partners, 'partner')} among them, "
        f"{in_markdown(study.brand)} ranks {ranks}."
    ]
    return [*said, f"Over all test brands, the median ranks are: {typical}." if typical else ""]

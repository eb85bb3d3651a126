"""The section on posts that made the labels."""

from __future__ import annotations

from morning.errors import counted
from morning.report.headings import between
from morning.report.section import Section
from morning.report.tables.results import beside_paper, differences
from morning.sources import Source
from morning.studies.audit.label_posts import given_away
from morning.studies.audit.subject import Subject

_UNKNOWN = (
    "It cannot be measured here: topics were not computed from posts of these data. Whether posts "
    "that name a partner are in the vectors is not known."
)


def labelled(subject: Subject, source: Source) -> Section:
    """Show what changes where posts that name a partner are dropped before anything is computed."""
    found = given_away(subject, source)
    if found is None:
        return Section(text=_UNKNOWN)
    share = f"{counted(found.named, 'post')} of {found.posts:,} name a partner of their author. "
    if not found.named:
        return Section(text=f"{share}There is nothing to drop.")
    alone = found.rows[1]["difference"]["auc"]
    text = share
    if alone["value"] is not None:
        text += f"With them, AUC by topics of content alone is {alone['value']:+.3f} higher"
        text += between(alone["ci95"])
        text += ". `LABEL_POSTS=drop` computes everything without them."
    return Section(
        rows=[row | {"part": "label posts"} for row in found.rows],
        findings={"label_posts": {"posts": found.posts, "named": found.named}},
        tables=[beside_paper({"rows": found.rows}), differences({"rows": found.rows})],
        text=text,
    )

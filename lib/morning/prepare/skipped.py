"""Which pictures could not be used: counted for everybody, listed for their owner alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from morning.features.visual.pictures import by_reason
from morning.files import whole_file
from morning.plain import harmless

if TYPE_CHECKING:
    from morning.features.block import Block
    from morning.features.posts import Posts

COLUMNS = ("post_id", "image", "reason")


def skipped_posts(posts: Posts, block: Block) -> pd.DataFrame:
    """Return the posts whose picture could not be used.

    Returns
    -------
    DataFrame
        `post_id`, `image` (path below the Dataset's folder) and `reason`; a row per post, in the
        order of the posts.
    """
    reasons = dict(block.skipped)
    table = posts.frame("post_id", "image").assign(reason=lambda t: t["image"].map(reasons))
    listed = table.loc[table["reason"].notna(), list(COLUMNS)]
    return listed.drop_duplicates(ignore_index=True)


def skipped_sentence(block: Block, file: str) -> str:
    """Return how many pictures could not be used, by reason, without naming any.

    Parameters
    ----------
    block : Block
        Of pictures, some of which were skipped.
    file : str
        Name of the file in the run folder that lists them.
    """
    reasons = by_reason(reason for _, reason in block.skipped)
    number = f"{len(block.skipped):,} of {block.counts['pictures']:,}"
    return f"{number} pictures could not be used: {reasons}; listed in `{file}`."


def write_skipped(path: str | Path, table: pd.DataFrame | None) -> None:
    """Write what `skipped_posts` found as CSV, whole or not at all; a heading where it is None."""
    table = pd.DataFrame(columns=list(COLUMNS)) if table is None else table
    with whole_file(path) as temporary:
        harmless(table[list(COLUMNS)]).to_csv(temporary, index=False)

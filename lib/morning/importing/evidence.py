"""Collaborations found in posts, with what speaks for each of them."""

from __future__ import annotations

import pandas as pd

from morning.reading.handles import is_advertisement

#: What speaks for a collaboration, strongest first.
KINDS = ("paid partnership", "advertisement", "tag", "mention")


def find_evidence(posts: pd.DataFrame, roles: dict[str, str]) -> pd.DataFrame:
    """Return every post in which a brand and an influencer name one another.

    Parameters
    ----------
    posts : DataFrame
        `post_id`, `account_id`, `caption`; lists of handles `tagged`, `mentioned`, `sponsors`;
        bool `paid`.
    roles : dict of str to str
        Handle -> `brand` or `influencer`.

    Returns
    -------
    DataFrame
        `brand_id`, `influencer_id`, `post_id`, and `kind`, one of `KINDS`: the post of either names
        the other as sponsor, or names it and is marked as an advertisement, or tags or mentions it.
    """
    found = []
    for post in posts.itertuples():
        caption = "" if pd.isna(post.caption) else str(post.caption)
        marked = bool(post.paid) or is_advertisement(caption)
        for kind, names in (
            ("paid partnership", post.sponsors),
            ("tag", post.tagged),
            ("mention", post.mentioned),
        ):
            stronger = "paid partnership" if post.paid else "advertisement" if marked else kind
            for name in names:
                pair = _pair(str(post.account_id), name, roles)
                if pair:
                    found.append((*pair, post.post_id, kind if kind == KINDS[0] else stronger))
    evidence = pd.DataFrame(found, columns=["brand_id", "influencer_id", "post_id", "kind"])
    evidence["kind"] = pd.Categorical(evidence["kind"], KINDS, ordered=True)
    evidence = evidence.sort_values(["brand_id", "influencer_id", "kind", "post_id"])
    once = evidence.drop_duplicates(["brand_id", "influencer_id", "post_id"], ignore_index=True)
    return once.astype({"kind": "str"})


def _pair(owner: str, named: str, roles: dict[str, str]) -> tuple[str, str] | None:
    """Return brand and influencer, where one of two accounts is one and the other the other."""
    both = {roles.get(owner): owner, roles.get(named): named}
    if {"brand", "influencer"} <= set(both):
        return both["brand"], both["influencer"]
    return None

"""Which attributes work together."""

from __future__ import annotations

from morning.attributes.graph import AttributeGraph, counts_of
from morning.errors import counted
from morning.plain import in_markdown


def heaviest_pairs(found: AttributeGraph | None) -> list[str]:
    """Return which attributes cooperate most, and how much of all weight few pairs hold."""
    if found is None or found.edges.empty:
        return []
    edges = found.edges
    heaviest = edges.head(3)
    counts = counts_of(heaviest["weight"])
    pairs = ", ".join(
        f"*{in_markdown(first)}* with *{in_markdown(second)}* ({n:,} times)"
        for first, second, n in zip(heaviest.iloc[:, 0], heaviest.iloc[:, 1], counts, strict=True)
    )
    tenth = -(-len(edges) // 10)
    share = edges["weight"].head(tenth).sum() / edges["weight"].sum()
    return [
        f"{counted(len(found), 'attribute')} occur together in {counted(len(edges), 'pair')}. "
        f"Most often: {pairs}.",
        f"The heaviest tenth of the pairs holds {share:.0%} of all weight.",
    ]

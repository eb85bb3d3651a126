"""Sections on the released attribute graph; nothing where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from morning.attributes.biographies import CATEGORY_ATTRIBUTES
from morning.attributes.concepts import canonical
from morning.attributes.graph import describe
from morning.report.figures import graphs as figures
from morning.report.section import Section
from morning.report.tables.style import written
from morning.roster import Roster
from morning.run import Run
from morning.studies.audit.graph_reading import ReleasedGraph, embed_readings

#: Standard errors on either side of a mean in a 95 % interval.
NORMAL = 1.96
_ALIKE = "That is too little apart to say which of the two it was made from."


def category_attributes(roster: Roster) -> list[str]:
    """Return the categories of a roster's brands, sorted, as the attribute graph names them."""
    categories = sorted(roster.accounts["category"].dropna().unique())
    return [CATEGORY_ATTRIBUTES.get(name, canonical(name)) for name in categories]


def readings(graph: ReleasedGraph | None) -> Section:
    """Show the released graph as it is, and as the authors' loader reads it."""
    if graph is None:
        return Section()
    graphs = {"larger weight": graph.right, "as the authors' loader": graph.damaged}
    described = pd.concat({name: describe(g) for name, g in graphs.items()}).droplevel(1)
    return Section(
        figure=figures.readings(graphs),
        tables=[written(described.T, "{:,.6g}")],
    )


def embeddings(graph: ReleasedGraph | None, run: Run) -> Section:
    """Embed both readings, and say which one the released embedding is nearer to.

    Parameters
    ----------
    graph : ReleasedGraph, optional
    run : Run
        Keeps the two embeddings.
    """
    if graph is None:
        return Section()
    agreement = embed_readings(graph, run)
    half = NORMAL * agreement["sem"]
    shown = pd.DataFrame(
        {
            "in common": agreement["agreement"],
            "low": agreement["agreement"] - half,
            "high": agreement["agreement"] + half,
            "by chance": agreement["chance"],
        }
    )
    return Section(tables=[written(shown, "{:.1%}")], text=_closer(agreement))


def _closer(agreement: pd.DataFrame) -> str:
    """Return which reading the released embedding is closer to, of `embed_readings`."""
    right, wrong, same = agreement["agreement"]
    noise = NORMAL * np.hypot(*agreement["sem"].iloc[:2])
    nearer = f"It is closer to the **{'damaged' if wrong > right else 'right'}** reading."
    return (
        f"The released embedding shares {wrong:.0%} of its neighbours with the graph as the "
        f"authors' loader reads it, and {right:.0%} with the right reading (chance: "
        f"{agreement['chance'].iloc[0]:.1%}). "
        f"{nearer if abs(wrong - right) > noise else _ALIKE} "
        f"Two embeddings of one graph under different seeds share {same:.0%}."
    )

"""Figures of the attribute graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from morning.attributes.graph import ETA, AttributeGraph
from morning.report.figures.style import OURS, PAPER, THIRD, canvas, literal


def neighbourhood(
    graph: AttributeGraph | None, wanted: Sequence[str], top: int = 18
) -> Figure | None:
    """Draw an attribute with the neighbours of its heaviest edges.

    Parameters
    ----------
    graph : AttributeGraph, optional
        Without, there is no figure.
    wanted : sequence of str
        The first of them that is in the graph is drawn, or else the graph's first attribute.
    top : int
        Neighbours to draw.
    """
    if graph is None:
        return None
    centre = next((name for name in wanted if name in graph.names), graph.names[0])
    network = graph.ego(centre, top).to_networkx()
    return _network(network, {centre}, labels=set(graph.names), size=(8, 6))


def overview(
    graph: AttributeGraph | None, highlighted: set[str], nodes: int = 120
) -> Figure | None:
    """Draw the attributes with the heaviest edges; those `highlighted` are named and in colour.

    None without a graph.
    """
    if graph is None:
        return None
    strength = np.asarray(graph.weights.sum(axis=1)).ravel()
    chosen = {graph.names[i] for i in np.argsort(-strength)[:nodes]}
    heavy = graph.edges.query("first in @chosen and second in @chosen").head(4 * nodes)
    small = nx.from_pandas_edgelist(heavy, "first", "second", "weight")
    return _network(small, highlighted & chosen, labels=highlighted, size=(10, 8))


def counted(graph: AttributeGraph) -> Figure:
    """Draw a small graph with how often each two attributes occur together, n, on the edges."""
    network = graph.to_networkx()
    place = nx.circular_layout(network)
    figure, axis = canvas(6, 4)
    nx.draw_networkx_edges(network, place, ax=axis, edge_color="grey")
    nx.draw_networkx_nodes(network, place, ax=axis, node_size=900, node_color=THIRD)
    names = {node: literal(node) for node in network}
    nx.draw_networkx_labels(network, place, names, ax=axis, font_size=9)
    said = {(a, b): f"n = {ETA * w**2:.0f}" for a, b, w in network.edges(data="weight")}
    nx.draw_networkx_edge_labels(network, place, said, ax=axis, font_size=8)
    axis.margins(0.2)
    axis.axis("off")
    return figure


def _network(
    network: nx.Graph, highlighted: set[str], labels: set[str], size: tuple[float, float]
) -> Figure:
    figure, axis = canvas(*size)
    place = nx.spring_layout(network, weight="weight", seed=0, k=2.2 / np.sqrt(len(network)))
    weights = np.array([w for _, _, w in network.edges(data="weight")])
    widths = 0.4 + 4 * weights / weights.max()
    nx.draw_networkx_edges(network, place, width=widths, edge_color="#c8d3da", ax=axis)
    colours = [PAPER if node in highlighted else OURS for node in network]
    strength = np.array([s for _, s in network.degree(weight="weight")])
    sizes = 25 + 350 * strength / strength.max()
    nx.draw_networkx_nodes(network, place, node_size=sizes, node_color=colours, ax=axis)
    shown = {node: literal(node) for node in network if node in labels}
    behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.6, "pad": 0.8}
    nx.draw_networkx_labels(network, place, shown, font_size=9, bbox=behind, ax=axis)
    axis.set_axis_off()
    return figure


def readings(graphs: Mapping[str, AttributeGraph]) -> Figure:
    """Show the edge weights under each reading of the same file."""
    figure, axis = canvas(7, 3.2)
    highest = max(graph.edges["weight"].max() for graph in graphs.values())
    bins = np.geomspace(0.6, highest * 1.05, 30)
    for (name, graph), colour in zip(graphs.items(), (OURS, PAPER), strict=False):
        axis.hist(graph.edges["weight"], bins=bins, alpha=0.6, color=colour, label=name)
    axis.set(xscale="log", yscale="log", xlabel="weight of an edge", ylabel="edges")
    axis.legend(frameon=False)
    return figure


def agreements(table: pd.DataFrame) -> Figure:
    """Show, per comparison (rows), the share of common neighbours against chance."""
    figure, axis = canvas(6.5, 0.55 * len(table) + 1.2)
    axis.barh(table.index, table["agreement"], color=[OURS, THIRD, PAPER][: len(table)])
    axis.axvline(table["chance"].iloc[0], color="grey", linestyle="--", label="chance")
    axis.set(xlabel="share of common nearest neighbours", xlim=(0, 1))
    axis.legend(frameon=False)
    return figure

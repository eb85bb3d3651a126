"""Figures of the attribute graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage

from morning.attributes.graph import ETA, AttributeGraph
from morning.report.figures.style import (
    MARKED,
    OTHERS,
    OURS,
    PAPER,
    SHADES,
    SIZE,
    SMALL,
    canvas,
    literal,
)

#: Drawn around one attribute, at most.
_EDGES = 20


def neighbourhood(
    graph: AttributeGraph | None, wanted: Sequence[str], top: int = 12
) -> Figure | None:
    """Draw an attribute in the middle of its heaviest edges, and the heaviest among these others.

    Parameters
    ----------
    graph : AttributeGraph, optional
        Without, there is no figure.
    wanted : sequence of str
        The first of them that is in the graph is drawn, or else the graph's first attribute.
    top : int
        Neighbours to draw, from the top clockwise, the heaviest first.
    """
    if graph is None:
        return None
    centre = next((name for name in wanted if name in graph.names), graph.names[0])
    near = graph.ego(centre, top)
    others, edges = near.names[1:], near.edges
    own = (edges["first"] == centre) | (edges["second"] == centre)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(others)) / max(len(others), 1)
    place = dict(zip(others, np.column_stack([np.cos(angles), np.sin(angles)]), strict=True))
    place[centre] = np.zeros(2)
    figure, axis = canvas(4.6)
    for shown, colour in ((edges[~own].head(_EDGES - len(others)), OTHERS), (edges[own], MARKED)):
        for first, second, weight in shown.itertuples(index=False):
            (x, y), width = zip(place[first], place[second], strict=True), 5 * weight
            axis.plot(x, y, color=colour, linewidth=width / edges["weight"].max(), zorder=1)
    for name in others:
        x, y = place[name]
        axis.scatter(x, y, color=OURS, zorder=2)
        side = "center" if abs(x) < 0.1 else "left" if x > 0 else "right"
        axis.text(1.1 * x, 1.12 * y, literal(name), ha=side, va="center", fontsize=SMALL)
    axis.text(0, 0, literal(centre), ha="center", va="center", bbox=_box(MARKED), zorder=3)
    axis.set(xlim=(-1.2, 1.2), ylim=(-1.25, 1.25), aspect="equal")
    axis.set_axis_off()
    return figure


def _box(colour: str) -> dict[str, str]:
    """Return the box in which a name hides the lines behind it."""
    return {"facecolor": "white", "edgecolor": colour, "boxstyle": "round"}


def overview(graph: AttributeGraph | None, highlighted: set[str], top: int = 24) -> Figure | None:
    """Show the weights between the attributes that have most; those `highlighted` are in bold.

    Attributes stand beside those they go together with. None without a graph.
    """
    if graph is None:
        return None
    strength = np.asarray(graph.weights.sum(axis=1)).ravel()
    chosen = np.argsort(-strength, kind="stable")[:top]
    weights = graph.weights[chosen, :][:, chosen].toarray()
    order = _alike(weights)
    names = [graph.names[i] for i in chosen[order]]
    figure, axis = canvas(0.2 * len(names) + 2)
    bar = {"label": "weight", "orientation": "horizontal", "location": "top", "aspect": 40}
    table = pd.DataFrame(weights[np.ix_(order, order)], *2 * [[literal(n) for n in names]])
    most = np.quantile(weights, 0.995)  # of a pair far above all others the rest would be pale
    if weights.max() > most > 0:
        bar["extend"] = "max"
    style = {"cmap": SHADES, "vmin": 0, "vmax": most or None, "square": True, "cbar_kws": bar}
    sns.heatmap(table, ax=axis, **style, xticklabels=True, yticklabels=True)
    axis.tick_params(length=0)
    for labels in (axis.get_xticklabels(), axis.get_yticklabels()):
        for name, label in zip(names, labels, strict=True):
            label.set_fontweight("bold" if name in highlighted else "normal")
    return figure


def _alike(weights: np.ndarray) -> np.ndarray:
    """Return an order of attributes in which those with alike neighbours are near each other."""
    if len(weights) < 3:
        return np.arange(len(weights))
    whole = weights + np.diag(weights.max(axis=1))  # an attribute is most like itself
    return leaves_list(linkage(whole, "average", optimal_ordering=True))


def counted(graph: AttributeGraph) -> Figure:
    """Draw a small graph with how often each two attributes occur together, n, on the edges."""
    network = graph.to_networkx()
    place = nx.circular_layout(network)
    figure, axis = canvas(4)
    nx.draw_networkx_edges(network, place, ax=axis, edge_color=OTHERS)
    names = {node: literal(node) for node in network}
    nx.draw_networkx_labels(network, place, names, ax=axis, font_size=SIZE, bbox=_box(OURS))
    said = {(a, b): f"n = {ETA * w**2:.0f}" for a, b, w in network.edges(data="weight")}
    style = {"font_size": SMALL, "label_pos": 0.35, "rotate": False}  # beside where edges cross
    nx.draw_networkx_edge_labels(network, place, said, ax=axis, **style)
    axis.margins(0.2)
    axis.axis("off")
    return figure


def readings(graphs: Mapping[str, AttributeGraph]) -> Figure:
    """Show the edge weights under each reading of the same file."""
    figure, axis = canvas(3.2)
    highest = max(graph.edges["weight"].max() for graph in graphs.values())
    bins = np.geomspace(0.6, highest * 1.05, 30)
    for (name, graph), colour in zip(graphs.items(), (OURS, PAPER), strict=False):
        axis.hist(graph.edges["weight"], bins=bins, alpha=0.6, color=colour, label=name)
    axis.set(xscale="log", yscale="log", xlabel="weight of an edge", ylabel="edges")
    axis.legend()
    return figure

"""Sections on what reading the attribute graph line by line cost; nothing without that graph."""

from __future__ import annotations

from morning.report.graphs import NORMAL
from morning.report.section import Section
from morning.report.tables.style import written
from morning.run import Run
from morning.studies.audit.graph_reading import (
    ReleasedGraph,
    lost_in_reading,
    recovered_by_reading,
)


def lost_weight(graph: ReleasedGraph | None) -> Section:
    """Say how much of the graph the damaged reading loses."""
    if graph is None:
        return Section()
    lost = lost_in_reading(graph.right, graph.damaged)
    return Section(
        findings={"graph_reading": lost},
        text=f"{lost['pairs']:.1%} of all pairs get another weight, and {lost['weight']:.1%} of "
        "the total weight is lost. The share of pairs with the smallest weight goes from "
        f"{lost['floor_before']:.1%} to {lost['floor_after']:.1%}. At the average attribute, "
        f"{lost['steps']:.1%} of the steps of a random walk go to another neighbour than they "
        "should: walks are all that node2vec learns from.",
    )


def recovered_weight(graph: ReleasedGraph | None, run: Run) -> Section:
    """Show how much of an attribute's cooperation its nearest neighbours hold.

    Parameters
    ----------
    graph : ReleasedGraph, optional
    run : Run
        Has the embeddings of both readings.
    """
    if graph is None:
        return Section()
    held = recovered_by_reading(graph, run)
    means = held.agg(["mean", "sem"]).T
    half = NORMAL * means["sem"]
    means = means.assign(low=means["mean"] - half, high=means["mean"] + half)
    loss = held["right reading"] - held["damaged reading"]
    return Section(
        findings={"recovered_weight": means.to_dict("index")},
        tables=[written(means.drop(columns="sem"), "{:.3f}")],
        text="The ten nearest neighbours of an attribute hold that share of the weight that its "
        "ten strongest partners hold, mean over attributes with a 95 % interval; one embedding of "
        "each reading, under one seed. The damaged reading costs "
        f"{loss.mean():.3f} ± {NORMAL * loss.sem():.3f} of it.",
    )

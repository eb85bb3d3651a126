"""What reading the graph line by line cost, on a ring that was damaged by hand."""

import numpy as np
import pytest
from morning.attributes.embedding import Embedding, write_embedding
from morning.report.audit import lost_weight, recovered_weight
from morning.run import Run
from morning.studies.audit import graph_reading as study
from toys.audited import assert_sound, is_empty
from toys.graphs import LOST, NODES, ring


@pytest.fixture(scope="module")
def graph():
    return ring()


def test_nothing_without_the_released_graph(tmp_path):
    assert is_empty(lost_weight(None))
    assert is_empty(recovered_weight(None, Run(tmp_path)))


def test_what_is_lost(graph):
    section = lost_weight(graph)
    assert_sound(section)
    assert section.findings["graph_reading"] == pytest.approx(LOST)
    assert "25.0% of all pairs get another weight, and 25.0% of the total" in section.text
    assert "goes from 50.0% to 75.0%" in section.text
    assert f"{LOST['steps']:.1%} of the steps" in section.text


def test_what_the_nearest_still_hold(graph, tmp_path):
    run, rng = Run(tmp_path), np.random.default_rng(0)
    kept = [Embedding(graph.right.names, rng.random((NODES, 4), np.float32)) for _ in range(2)]
    for reading, embedding in zip(("max", "last"), kept, strict=True):
        write_embedding(run.embedding(reading), embedding)
    section = recovered_weight(graph, run)
    assert_sound(section)
    right, damaged = (study.recovered_weight(graph.right, embedding) for embedding in kept)
    found = section.findings["recovered_weight"]
    half = 1.96 * right.std(ddof=1) / np.sqrt(len(right))
    assert found["right reading"] == pytest.approx(
        {"mean": right.mean(), "sem": half / 1.96, "low": right.mean() - half,
         "high": right.mean() + half}
    )  # fmt: skip
    assert found["damaged reading"]["mean"] == pytest.approx(damaged.mean())
    table = section.tables[0].data
    assert table.loc["right reading"].tolist() == [
        found["right reading"][column] for column in ("mean", "low", "high")
    ]
    loss = right - damaged
    spread = 1.96 * loss.std(ddof=1) / np.sqrt(len(loss))
    assert section.text.endswith(f"costs {loss.mean():.3f} ± {spread:.3f} of it.")

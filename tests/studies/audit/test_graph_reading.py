"""What reading the attribute graph line by line loses."""

import numpy as np
import pandas as pd
import pytest
from morning.attributes.embedding import Embedding, neighbour_agreement, read_embedding
from morning.attributes.graph import AttributeGraph, read_edges
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.run import Run
from morning.sources import Source, public
from morning.studies.audit.graph_reading import (
    embed_readings,
    lost_in_reading,
    recovered_by_reading,
    recovered_weight,
    released_graph,
)
from scipy import sparse
from toys.graphs import LOST, reading, ring

NOTHING = Dataset(pd.DataFrame(), pd.DataFrame())


class TestReading:
    @pytest.fixture
    def files(self, tmp_path):
        path = tmp_path / "edges.txt"
        path.write_text("0 1 3\n1 0 1\n0 2 1\n1 2 1\n2 1 1\n")
        return path

    def test_of_a_graph_of_three(self, files):
        right, damaged = (read_edges(files, reading=r) for r in ("max", "last"))
        lost = lost_in_reading(right, damaged)
        assert lost["weight"] == pytest.approx(2 / 5)
        assert lost["pairs"] == pytest.approx(1 / 3)
        assert (lost["floor_before"], lost["floor_after"]) == (pytest.approx(2 / 3), 1.0)
        # Steps from 0 and from 1: (3/4, 1/4) against (1/2, 1/2); from 2 nothing changes.
        assert lost["steps"] == pytest.approx((1 / 4 + 1 / 4 + 0) / 3)

    def test_nothing_is_lost_against_itself(self, files):
        right = read_edges(files)
        lost = lost_in_reading(right, right)
        assert (lost["weight"], lost["pairs"], lost["steps"]) == (0, 0, 0)

    def test_other_nodes_or_lonely_ones(self, files):
        right = read_edges(files)
        with pytest.raises(MorningError, match="same nodes"):
            lost_in_reading(right, read_edges(files, names="abc"))
        lonely = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
        with pytest.raises(MorningError, match="has no neighbour"):
            lost_in_reading(right, AttributeGraph(("0", "1", "2"), lonely))

    def test_weight_that_the_nearest_hold(self, files):
        right = read_edges(files)  # 0-1 weighs 3, 0-2 and 1-2 weigh 1
        apart = Embedding(("1", "2", "0"), np.array([[1, 0], [0, 1], [1, 0.5]], np.float32))
        # Nearest to 0 is 1, to 1 is 0, and to 2 is 0, whose weight is as large as that of 1.
        assert recovered_weight(right, apart, k=1).tolist() == [1, 1, 1]
        wrong = Embedding(("0", "1", "2"), np.array([[1, 0], [0, 1], [1, 0.5]], np.float32))
        # Nearest to 0 is 2, to 1 is 2, to 2 is 0.
        assert recovered_weight(right, wrong, k=1) == pytest.approx([1 / 3, 1 / 3, 1])
        assert recovered_weight(right, wrong, k=2).tolist() == [1, 1, 1]

    def test_weight_needs_neighbours(self, files):
        right = read_edges(files)
        vectors = Embedding(right.names, np.eye(3, dtype=np.float32))
        with pytest.raises(MorningError, match="between 1 and 2"):
            recovered_weight(right, vectors, k=3)
        lonely = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
        with pytest.raises(MorningError, match="has no neighbour"):
            recovered_weight(AttributeGraph(right.names, lonely), vectors, k=1)

    def test_of_the_released_graph(self, mirror):
        path = public.attribute_graph_files(mirror)["edges"]
        lost = lost_in_reading(read_edges(path), read_edges(path, reading="last"))
        assert lost["weight"] == pytest.approx(1 - 14_855 / 20_812, abs=1e-4)
        assert round(lost["floor_before"], 3) == 0.516
        assert round(lost["floor_after"], 3) == 0.851


class TestEmbeddings:
    """Both readings of a ring are embedded once, kept in the run, and compared."""

    @pytest.fixture(scope="class")
    @classmethod
    def compared(cls, tmp_path_factory):
        run = Run(tmp_path_factory.mktemp("run"))
        graph = ring()
        return graph, run, embed_readings(graph, run)

    def test_rows_say_what_was_compared(self, compared):
        graph, run, table = compared
        kept = [read_embedding(run.embedding(reading)) for reading in ("max", "last")]
        assert all(embedding.names == graph.right.names for embedding in kept)
        found = [neighbour_agreement(graph.embedding, embedding) for embedding in kept]
        assert table["agreement"].tolist()[:2] == [one["agreement"] for one in found]
        # The released embedding of this world is that of the damaged reading.
        assert table.loc["released, as the authors' loader", "agreement"] == 1.0
        assert (table["chance"] == 10 / (len(graph.right) - 1)).all()

    def test_recovered_weight_of_each(self, compared):
        graph, run, _ = compared
        found = recovered_by_reading(graph, run)
        assert found.columns.tolist() == ["right reading", "damaged reading", "released"]
        right = recovered_weight(graph.right, read_embedding(run.embedding("max")))
        assert found["right reading"].tolist() == right.tolist()
        assert found["damaged reading"].tolist() == found["released"].tolist()


def test_a_damaged_ring():
    assert lost_in_reading(reading(), reading(damaged=True)) == pytest.approx(LOST)


def test_other_data_have_no_released_graph():
    assert released_graph(Source("mine", NOTHING)) is None


def test_the_released_graph_is_read_in_two_ways(mirror, monkeypatch):
    monkeypatch.setenv("MORNING_MIRROR", str(mirror))
    graph = released_graph(Source("public", NOTHING, released=True))
    assert graph.right.names == graph.damaged.names == graph.embedding.names
    assert len(graph.right) == 572
    assert graph.right.total_weight > graph.damaged.total_weight

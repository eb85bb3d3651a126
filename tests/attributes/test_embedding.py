"""node2vec: repeatable, sensible; its files; agreement of neighbours."""

import hashlib
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from morning.attributes.embedding import (
    Embedding,
    Node2VecOptions,
    embed,
    nearest,
    neighbour_agreement,
    read_embedding,
    write_embedding,
)
from morning.attributes.graph import AttributeGraph, read_edges, read_names
from morning.errors import MorningError
from scipy import sparse

QUICK = Node2VecOptions(dimensions=8, walk_length=10, walks=4, window=3, epochs=2, seed=7)

OTHER_PROCESS = """
import hashlib
from attributes.test_embedding import QUICK, two_cliques
from morning.attributes.embedding import embed
print(hashlib.sha256(embed(two_cliques(), QUICK).vectors.tobytes()).hexdigest())
"""


def two_cliques(size: int = 6) -> AttributeGraph:
    graph = nx.barbell_graph(size, 0)
    names = tuple(f"{'left' if i < size else 'right'} {i}" for i in graph)
    return AttributeGraph(names, sparse.csr_array(nx.to_scipy_sparse_array(graph)))


def digest(embedding: Embedding) -> str:
    return hashlib.sha256(embedding.vectors.tobytes()).hexdigest()


class TestEmbed:
    def test_shape_type_and_names(self):
        graph = two_cliques()
        embedding = embed(graph, QUICK)
        assert embedding.names == graph.names
        assert embedding.vectors.shape == (12, 8)
        assert embedding.vectors.dtype == np.float32

    def test_repeats_exactly_and_depends_on_the_seed(self):
        first, second = embed(two_cliques(), QUICK), embed(two_cliques(), QUICK)
        assert digest(first) == digest(second)
        assert digest(first) != digest(embed(two_cliques(), replace(QUICK, seed=8)))

    def test_repeats_in_another_process_with_another_hash_seed(self):
        here = digest(embed(two_cliques(), QUICK))
        salt = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
        done = subprocess.run(
            [sys.executable, "-c", OTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": salt},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == here

    def test_leaves_the_global_random_states_alone(self):
        random.seed(3)
        np.random.seed(3)  # noqa: NPY002
        expected = random.random(), np.random.random()  # noqa: NPY002
        random.seed(3)
        np.random.seed(3)  # noqa: NPY002
        embed(two_cliques(), QUICK)
        assert (random.random(), np.random.random()) == expected  # noqa: NPY002

    def test_quiet_prints_nothing(self, capfd):
        embed(two_cliques(), QUICK, quiet=True)
        assert capfd.readouterr() == ("", "")
        embed(two_cliques(), QUICK, quiet=False)
        captured = capfd.readouterr()
        assert captured.out == ""
        assert "walks" in captured.err

    def test_weights_lead_the_walks(self):
        """A cycle's nodes are drawn to the neighbour with the heavy edge."""
        n = 20
        weights = np.zeros((n, n))
        for i in range(n):
            weights[i, (i + 1) % n] = weights[(i + 1) % n, i] = 100.0 if i % 2 == 0 else 0.1
        graph = AttributeGraph(tuple(map(str, range(n))), sparse.csr_array(weights))
        config = Node2VecOptions(dimensions=16, walk_length=20, walks=20, window=2, epochs=10)
        closest = nearest(embed(graph, config).vectors, 1)[:, 0]
        assert closest.tolist() == [i + 1 if i % 2 == 0 else i - 1 for i in range(n)]

    def test_refuses_nodes_without_neighbours(self):
        with pytest.raises(MorningError, match="has a neighbour"):
            embed(AttributeGraph(("a", "b"), sparse.csr_array((2, 2))))
        with pytest.raises(MorningError, match="has a neighbour"):
            embed(AttributeGraph((), sparse.csr_array((0, 0))))

    @pytest.mark.parametrize("change", [{"dimensions": 0}, {"p": 0.0}, {"seed": -1}, {"epochs": 0}])
    def test_refuses_senseless_options(self, change):
        with pytest.raises(MorningError, match=next(iter(change))):
            replace(QUICK, **change)


class TestFiles:
    @given(
        arrays(
            np.float32,
            st.tuples(st.integers(1, 4), st.integers(1, 4)),
            elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
        )
    )
    def test_comes_back_exactly(self, tmp_path_factory, vectors):
        path = tmp_path_factory.mktemp("vectors") / "vectors.txt"
        names = tuple(f"käse-{i}" for i in range(len(vectors)))
        write_embedding(path, Embedding(names, vectors))
        back = read_embedding(path)
        assert back.names == names
        assert np.array_equal(back.vectors, vectors)

    def test_names_replace_numbers_and_give_the_order(self, tmp_path):
        path = tmp_path / "vectors.txt"
        path.write_text("2 2\n1 3 4 \n0 1 2\n", encoding="utf-8")
        embedding = read_embedding(path, names=["a", "b"])
        assert embedding.names == ("a", "b")
        assert embedding.vectors.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "line 1"),
            ("x y\n", "line 1"),
            ("2\na 1\n", "line 1"),
            ("0 2\n", "line 1"),
            ("100000000 100000000\na 1\n", "line 1: no 100000000 nodes"),
            ("2 2\na 1 2\n", "2 nodes announced, 1 found"),
            ("1 2\na 1 2\nb 1 2\n", "line 3: more than the 1"),
            ("1 2\na 1 2 3\n", "line 2: needs a name and 2 numbers"),
            ("1 2\na 1 x\n", "line 2"),
            ("1 2\na 1 nan\n", "finite"),
            ("2 1\na 1\na 2\n", "same name"),
        ],
    )
    def test_names_what_is_wrong(self, tmp_path, text, message):
        path = tmp_path / "vectors.txt"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(MorningError, match=message):
            read_embedding(path)

    def test_numbers_must_be_those_of_the_names(self, tmp_path):
        path = tmp_path / "vectors.txt"
        path.write_text("2 1\n0 1\n1 1\n", encoding="utf-8")
        with pytest.raises(MorningError, match="no vector for 2"):
            read_embedding(path, names=["a", "b", "c"])
        with pytest.raises(MorningError, match="2 nodes, but 1 names"):
            read_embedding(path, names=["a"])

    def test_missing_file(self, tmp_path):
        with pytest.raises(MorningError, match="cannot be read"):
            read_embedding(tmp_path / "vectors.txt")

    def test_a_failed_write_leaves_nothing(self, tmp_path):
        with pytest.raises(MorningError, match="white space"):
            write_embedding(tmp_path / "v.txt", Embedding(("a b",), np.zeros((1, 2), np.float32)))
        assert list(tmp_path.iterdir()) == []


class TestAgreement:
    def test_same_embedding_in_another_order_agrees_fully(self):
        rng = np.random.default_rng(0)
        a = Embedding(tuple("abcdef"), rng.normal(size=(6, 3)).astype(np.float32))
        b = a.reordered(list("fedcba"))
        scaled = Embedding(b.names, 5 * b.vectors)
        found = neighbour_agreement(a, scaled, k=2)
        assert found == {"agreement": 1.0, "sem": 0.0, "chance": 2 / 5, "k": 2.0, "nodes": 6.0}

    def test_known_answer(self):
        angles = {"a": (0, 0), "b": (10, 10), "c": (30, 100), "d": (100, 30)}
        embeddings = [
            Embedding(
                tuple(angles),
                np.array(
                    [
                        [np.cos(np.radians(v[which])), np.sin(np.radians(v[which]))]
                        for v in angles.values()
                    ],
                    dtype=np.float32,
                ),
            )
            for which in (0, 1)
        ]
        # Nearest: a-b, b-a, c-b and d-c in one; a-b, b-a, c-d and d-b in the other.
        found = neighbour_agreement(*embeddings, k=1)
        assert found["agreement"] == 0.5
        assert found["sem"] == pytest.approx(1 / 12**0.5)  # of 1, 1, 0 and 0

    def test_unrelated_embeddings_agree_by_chance(self):
        rng = np.random.default_rng(1)
        names = tuple(map(str, range(300)))
        a, b = (Embedding(names, rng.normal(size=(300, 16)).astype(np.float32)) for _ in range(2))
        found = neighbour_agreement(a, b, k=10)
        assert found["agreement"] == pytest.approx(found["chance"], abs=0.015)

    def test_refuses_what_cannot_be_compared(self):
        a = Embedding(("a", "b"), np.eye(2, dtype=np.float32))
        with pytest.raises(MorningError, match="different nodes"):
            neighbour_agreement(a, Embedding(("a", "c"), np.eye(2, dtype=np.float32)))
        with pytest.raises(MorningError, match="k must be between 1 and 1"):
            neighbour_agreement(a, a, k=2)


@pytest.fixture(scope="module")
def files(mirror):
    (folder,) = mirror.glob("Mysteriousplayer/20210106/*/attribute co-occurrence graph network")
    return folder


@pytest.fixture(scope="module")
def released(files):
    names = read_names(files / "co-occurrence frequencies of attribute pairs.xlsx")
    return read_embedding(files / "src" / "node2vec_embedding.txt", names)


@pytest.mark.mirror
class TestReleasedEmbedding:
    def test_size_and_norms(self, released):
        norms = np.linalg.norm(released.vectors, axis=1)
        assert released.vectors.shape == (572, 128)
        found = [round(float(x), 2) for x in (norms.min(), norms.max(), norms.mean())]
        assert found == [1.30, 2.61, 1.89]

    def test_ours_has_its_neighbours(self, files, released):
        """Two walks a node agree far above chance; the ten of the defaults reach one half."""
        graph = read_edges(files / "src" / "attribute_graph.txt", released.names, "last")
        ours = embed(graph, Node2VecOptions(walks=2, epochs=15))
        found = neighbour_agreement(ours, released)
        assert found["agreement"] > 10 * found["chance"]

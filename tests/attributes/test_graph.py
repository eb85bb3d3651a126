"""The attribute graph, its readers, and the facts of the released files (spec section 4)."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.attributes.graph import (
    AttributeGraph,
    counts_of,
    describe,
    read_edges,
    read_lines,
    read_names,
    weights_of,
)
from morning.errors import MorningError
from scipy import sparse

TWO_WAYS = "0 1 3.0\n2 1 2.0\n1 0 0.71\n0 3 1.0\n"


@pytest.fixture
def edge_file(tmp_path):
    path = tmp_path / "graph.txt"
    path.write_text(TWO_WAYS, encoding="utf-8")
    return path


def spreadsheet(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def graph_of(matrix) -> AttributeGraph:
    return AttributeGraph(tuple("abcdefgh"[: len(matrix)]), sparse.csr_array(np.array(matrix)))


class TestGraph:
    def test_edges_are_listed_once_heaviest_first(self, edge_file):
        edges = read_edges(edge_file, names=list("abcd")).edges
        assert edges.to_numpy().tolist() == [["a", "b", 3.0], ["b", "c", 2.0], ["a", "d", 1.0]]

    def test_networkx_holds_the_same(self, edge_file):
        graph = read_edges(edge_file, names=list("abcd"))
        other = graph.to_networkx()
        assert list(other.nodes) == list("abcd")
        assert other.size(weight="weight") == graph.total_weight == 6.0
        assert [other.degree[n] for n in "abcd"] == graph.degrees.tolist() == [2, 2, 1, 1]

    def test_weight_and_index(self, edge_file):
        graph = read_edges(edge_file, names=list("abcd"))
        assert graph.weight("b", "a") == 3.0
        assert graph.weight("c", "d") == 0.0
        with pytest.raises(MorningError, match="no attribute 'x'"):
            graph.weight("a", "x")

    def test_ego_keeps_the_heaviest_neighbours_and_the_edges_among_them(self):
        graph = graph_of([[0, 1, 5, 2], [1, 0, 0, 0], [5, 0, 0, 4], [2, 0, 4, 0]])
        ego = graph.ego("a", top=2)
        assert ego.names == ("a", "c", "d")
        assert ego.edges["weight"].tolist() == [5.0, 4.0, 2.0]

    def test_isolated_nodes_can_be_left_out(self):
        graph = graph_of([[0, 0, 1], [0, 0, 0], [1, 0, 0]]).without_isolated()
        assert graph.names == ("a", "c")
        assert graph.total_weight == 1.0

    def test_an_empty_graph_is_a_graph(self):
        graph = graph_of(np.zeros((0, 0)))
        assert (len(graph), graph.number_of_edges, len(graph.edges)) == (0, 0, 0)
        with pytest.raises(MorningError, match="no edges"):
            describe(graph)

    @pytest.mark.parametrize(
        ("matrix", "rule"),
        [
            ([[0, 1], [2, 0]], "both directions"),
            ([[1, 1], [1, 0]], "own neighbour"),
            ([[0, -1], [-1, 0]], "positive"),
            ([[0, np.nan], [np.nan, 0]], "positive"),
        ],
    )
    def test_refuses_what_is_not_an_undirected_graph(self, matrix, rule):
        with pytest.raises(MorningError, match=rule):
            graph_of(matrix)

    def test_refuses_names_that_do_not_fit(self):
        with pytest.raises(MorningError, match="1 names, but weights of shape"):
            AttributeGraph(("a",), sparse.csr_array((2, 2)))
        with pytest.raises(MorningError, match="same name"):
            AttributeGraph(("a", "a"), sparse.csr_array((2, 2)))

    def test_describe(self, edge_file):
        row = describe(read_edges(edge_file)).iloc[0]
        assert row.to_dict() == {
            "nodes": 4,
            "edges": 3,
            "density": 0.5,
            "total_weight": 6.0,
            "mean_weight": 2.0,
            "degree_min": 1,
            "degree_median": 1.5,
            "degree_max": 2,
            "floor_weight": 1.0,
            "floor_share": pytest.approx(1 / 3),
        }


class TestReadEdges:
    def test_max_keeps_the_larger_of_two_directions(self, edge_file):
        assert read_edges(edge_file, reading="max").weight("0", "1") == 3.0

    def test_last_lets_the_last_line_win(self, edge_file):
        graph = read_edges(edge_file, reading="last")
        assert graph.weight("0", "1") == graph.weight("1", "0") == 0.71

    @given(
        st.lists(
            st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 9)).filter(
                lambda line: line[0] != line[1]
            ),
            min_size=1,
        )
    )
    def test_both_readings_agree_with_a_loop(self, tmp_path_factory, lines):
        path = tmp_path_factory.mktemp("edges") / "graph.txt"
        path.write_text("".join(f"{i} {j} {w}\n" for i, j, w in lines), encoding="utf-8")
        largest, last = {}, {}
        for i, j, w in lines:
            pair = (min(i, j), max(i, j))
            largest[pair] = max(w, largest.get(pair, 0))
            last[pair] = w
        for reading, expected in (("max", largest), ("last", last)):
            graph = read_edges(path, names=list("abcde"), reading=reading)
            assert graph.number_of_edges == len(expected)
            for (i, j), w in expected.items():
                assert graph.weight("abcde"[i], "abcde"[j]) == w

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("0 1 0.71\n0 x 1\n", "line 2: needs two node numbers"),
            ("0 1\n", "line 1: needs two node numbers"),
            ("0 1 1 1\n", "line 1: needs two different"),
            ("\n3 3 1\n", "line 2: needs two different"),
            ("0 -1 1\n", "line 1: needs two different"),
            ("0 999999999 1\n", "line 1: needs two different"),
            ("0 1 0\n", "line 1: the weight must be positive"),
            ("0 1 nan\n", "line 1: the weight must be positive"),
            ("", "no edges"),
        ],
    )
    def test_names_the_line_that_is_wrong(self, tmp_path, text, message):
        path = tmp_path / "graph.txt"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(MorningError, match=message):
            read_edges(path)

    def test_refuses_bytes_that_are_no_text_and_missing_files(self, tmp_path):
        path = tmp_path / "graph.txt"
        with pytest.raises(MorningError, match="cannot be read"):
            read_edges(path)
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(MorningError, match="cannot be read as text"):
            read_edges(path)

    def test_refuses_unnamed_nodes_and_unknown_readings(self, edge_file):
        with pytest.raises(MorningError, match="node 3 has no name"):
            read_edges(edge_file, names=["a", "b", "c"])
        with pytest.raises(MorningError, match="reading must be one of max, last"):
            read_edges(edge_file, reading="first")


class TestReadNames:
    def test_takes_names_from_both_columns(self, tmp_path):
        path = spreadsheet(tmp_path / "names.xlsx", [("b", 1, "a", 0, 2.0), ("b", 1, "c", 2, 1)])
        assert read_names(path) == ("a", "b", "c")

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([("a", 0, "b", 1, 1), ("a", 0, "c", 1, 1)], "row 2: node 1 has no single name"),
            ([("a", 0, "b")], "row 1: needs name"),
            ([("a", 0, "b", "1", 1)], "row 1: node '1' has no single name"),
            ([("a", 0, "b", 2, 1)], "without gaps"),
        ],
    )
    def test_names_the_row_that_is_wrong(self, tmp_path, rows, message):
        with pytest.raises(MorningError, match=message):
            read_names(spreadsheet(tmp_path / "names.xlsx", rows))

    def test_refuses_what_is_no_spreadsheet(self, tmp_path):
        (tmp_path / "names.xlsx").write_bytes(b"no zip")
        with pytest.raises(MorningError, match=r"cannot be read as \.xlsx"):
            read_names(tmp_path / "names.xlsx")


class TestCountsAndWeights:
    @given(st.integers(1, 500))
    def test_rounded_weights_give_their_counts_back(self, n):
        weight = weights_of(sparse.csr_array([[0, n], [n, 0]]))[0, 1]
        assert counts_of([round(weight, 2)]).tolist() == [n]

    def test_refuses_a_scale_that_is_not_positive(self):
        with pytest.raises(MorningError, match="eta must be positive"):
            weights_of(sparse.csr_array([[0, 1], [1, 0]]), eta=0)


@pytest.fixture(scope="module")
def files(mirror) -> Path:
    (folder,) = mirror.glob("Mysteriousplayer/20210106/*/attribute co-occurrence graph network")
    return folder


@pytest.fixture(scope="module")
def names(files):
    return read_names(files / "co-occurrence frequencies of attribute pairs.xlsx")


@pytest.fixture(scope="module")
def correct(files, names):
    return read_edges(files / "src" / "attribute_graph.txt", names, "max")


@pytest.fixture(scope="module")
def damaged(files, names):
    return read_edges(files / "src" / "attribute_graph.txt", names, "last")


@pytest.mark.mirror
class TestReleasedFiles:
    def test_correct_reading(self, correct):
        row = describe(correct).iloc[0]
        assert (row["nodes"], row["edges"]) == (572, 17_590)
        assert row["total_weight"] == pytest.approx(20_812.4, abs=0.05)
        assert row["floor_weight"] == 0.71
        assert row["floor_share"] == 9_076 / 17_590
        assert row["density"] == pytest.approx(0.108, abs=5e-4)
        assert (row["degree_min"], row["degree_median"], row["degree_max"]) == (2, 34, 424)

    def test_damaged_reading(self, correct, damaged):
        row = describe(damaged).iloc[0]
        assert row["edges"] == 17_590
        assert row["total_weight"] == pytest.approx(14_855, abs=0.5)
        assert row["floor_share"] == 14_964 / 17_590
        assert damaged.weight("jewelry", "watch") == 0.71
        assert correct.weight("jewelry", "watch") == 20.57

    def test_lines(self, files):
        lines = read_lines(files / "src" / "attribute_graph.txt")
        assert len(lines) == 29_050
        pairs = set(zip(lines["first"], lines["second"], strict=True))
        assert sum((j, i) in pairs for i, j in pairs) == 2 * 11_460

    def test_spreadsheet_holds_the_same_entries(self, files, names):
        lines = read_lines(files / "src" / "attribute_graph.txt")
        path = files / "co-occurrence frequencies of attribute pairs.xlsx"
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        rows = {(r[1], r[3], r[4]) for r in sheet.iter_rows(values_only=True)}
        assert rows == set(lines.itertuples(index=False, name=None))

    def test_every_weight_is_the_rounded_root_of_half_a_whole_number(self, correct, damaged):
        for graph, total in ((correct, 83_537), (damaged, 40_467)):
            weights = graph.edges["weight"].to_numpy()
            counts = counts_of(weights)
            assert np.array_equal(np.round(np.sqrt(counts / 2), 2), weights)
            assert counts.sum() == total

    def test_largest_entries(self, correct):
        top = correct.edges.head(7)
        found = {frozenset(pair) for pair in zip(top["first"], top["second"], strict=True)}
        expected = {
            frozenset(("makeup", "cosmetic")): 1607,
            frozenset(("jewelry", "women's-jewelry")): 1213,
            frozenset(("jewelry", "watch")): 846,
            frozenset(("clothes", "women's-clothes")): 669,
            frozenset(("auto", "luxury-car")): 506,
            frozenset(("airline", "european-airline")): 433,
            frozenset(("services", "travel-services")): 386,
        }
        assert found == set(expected)
        assert counts_of(top["weight"]).tolist() == sorted(expected.values(), reverse=True)

    def test_category_names_are_nodes(self, names):
        categories = """
            airline auto clothes drink electronics entertainment food jewelry makeup nonprofit
            services shoes
        """
        assert set(categories.split()) <= set(names)

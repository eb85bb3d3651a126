"""Concept graphs: readers, basic-level scores, the table of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.attributes.biographies import CATEGORY_ATTRIBUTES
from morning.attributes.concepts import ConceptGraph, canonical
from morning.errors import MorningError

RELATIONS = """\
cosmetic\tlipstick\t30
product\tlipstick\t50
product\tphone\t400
product\tcar\t500
cosmetic\tEye Shadow\t20
waxy red thing\tlipstick\t2
brand\tcosmetic\t10
"""


@pytest.fixture
def isa(tmp_path):
    path = tmp_path / "isa.txt"
    path.write_text(RELATIONS, encoding="utf-8")
    return path


class TestBasicLevel:
    def test_scores_are_the_product_of_both_shares(self, isa):
        graph = ConceptGraph.read(isa, smoothing=0)
        assert graph.scores("lipstick") == pytest.approx(
            {
                "waxy-red-thing": 2 / 82 * 2 / 2,
                "cosmetic": 30 / 82 * 30 / 50,
                "product": 50 / 82 * 50 / 950,
            }
        )
        assert list(graph.scores("lipstick")) == ["cosmetic", "product", "waxy-red-thing"]

    def test_neither_the_most_general_nor_the_narrowest_wins(self, isa):
        assert ConceptGraph.read(isa).father("lipstick") == "cosmetic"
        assert ConceptGraph.read(isa).father("eye-shadow") == "cosmetic"

    def test_smoothing_holds_rare_concepts_back(self, tmp_path):
        path = tmp_path / "isa.txt"
        path.write_text("rare\tcake\t9\ncommon\tcake\t10\ncommon\tpie\t10\n", encoding="utf-8")
        assert ConceptGraph.read(path, smoothing=0).father("cake") == "rare"
        assert ConceptGraph.read(path, smoothing=100).father("cake") == "common"

    def test_a_father_stays_what_it_is(self, isa):
        assert ConceptGraph.read(isa).father("cosmetic") == "cosmetic"

    def test_an_unknown_term_has_no_father(self, isa):
        assert ConceptGraph.read(isa).father("umbrella") is None

    def test_only_allowed_fathers(self, isa):
        graph = ConceptGraph.read(isa, fathers=frozenset({"product", "lip"}))
        assert graph.father("lipstick") == "product"
        assert graph.father("cosmetic") is None
        assert graph.father("lip") == "lip"
        assert "lip" in graph.terms

    @given(
        st.dictionaries(
            st.sampled_from("abcd"),
            st.dictionaries(st.sampled_from("wxyz"), st.integers(1, 99), min_size=1),
            min_size=1,
        )
    )
    def test_the_father_is_a_concept_of_the_term_and_the_best(self, counts):
        totals = {c: sum(of.get(c, 0) for of in counts.values()) for c in "wxyz"}
        graph = ConceptGraph(counts, totals)
        for term, of in counts.items():
            father = graph.father(term)
            assert father in of
            assert graph.scores(term)[father] == max(graph.scores(term).values())


class TestRead:
    def test_keeps_only_the_vocabulary_but_counts_all_in_totals(self, isa):
        graph = ConceptGraph.read(isa, instances=["Lipstick"])
        assert set(graph.counts) == {"lipstick"}
        assert graph.totals == {"cosmetic": 50, "product": 950, "waxy-red-thing": 2}
        assert graph.terms == {"lipstick"}

    def test_a_term_of_the_vocabulary_that_is_a_father_is_known_as_one(self, isa):
        graph = ConceptGraph.read(isa, instances=["lipstick", "cosmetic"])
        assert graph.father("cosmetic") == "cosmetic"

    def test_rare_relations_can_be_left_out(self, isa):
        assert "waxy-red-thing" not in ConceptGraph.read(isa, min_count=5).totals

    def test_names_its_source_with_the_digest(self, isa):
        assert ConceptGraph.read(isa).source.startswith("isa.txt, SHA-256 ")

    def test_skips_and_counts_lines_of_another_form(self, isa, caplog):
        bad = "only one field\na\tb\tx\na\tb\t-3\na\ta\t3\n\t\t3\na\tb\t0\na\tb\t" + "9" * 30 + "\n"
        isa.write_text("\ufeff" + RELATIONS + bad + "x" * 200_000, encoding="utf-8")
        graph = ConceptGraph.read(isa)
        assert graph.totals["cosmetic"] == 50
        assert "a" not in graph.totals
        assert "skipped 11 of 18 lines (8, 9, 10 …)" in caplog.text

    def test_refuses_a_file_without_relations(self, tmp_path):
        path = tmp_path / "isa.txt"
        with pytest.raises(MorningError, match="cannot be read"):
            ConceptGraph.read(path)
        path.write_bytes(b"\xff\xff\n\n")
        with pytest.raises(MorningError, match="no line of the form"):
            ConceptGraph.read(path)

    @pytest.mark.parametrize(
        "written", ["ice cream", "Ice-Cream", "ICE_CREAM", "  ice   cream ", "ice - cream"]
    )
    def test_canonical_form(self, written):
        assert canonical(written) == "ice-cream"


class TestDefault:
    graph = ConceptGraph.default()

    @pytest.mark.parametrize(
        ("term", "father"),
        [
            ("lipstick", "cosmetic"),
            ("foundation", "cosmetic"),
            ("eyeshadow", "cosmetic"),
            ("cake", "dessert"),
            ("ice-cream", "dessert"),
            ("chocolate", "dessert"),
            ("recipe-blogger", "food-blogger"),
            ("cosmetologist", "makeup-artist"),
        ],
    )
    def test_merges_as_in_the_paper(self, term, father):
        assert self.graph.father(term) == father
        assert self.graph.father(father) == father

    def test_every_category_is_an_attribute(self):
        categories = """
            airline auto clothing drink electronics entertainment food jewelry makeup nonprofit
            services shoes
        """
        for category in categories.split():
            attribute = CATEGORY_ATTRIBUTES.get(category, category)
            assert self.graph.father(attribute) == attribute

    def test_general_concepts_never_become_fathers(self):
        general = {"product", "interest", "occupation", "business"}
        fathers = {self.graph.father(term) for term in self.graph.terms}
        assert fathers.isdisjoint(general | {None})
        assert all(self.graph.father(father) == father for father in fathers)

    def test_size_and_form(self):
        assert len(self.graph.counts) > 900
        assert all(canonical(term) == term for term in self.graph.terms)

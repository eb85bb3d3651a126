"""Biographies -> attribute lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.attributes import biographies
from morning.attributes.biographies import (
    BiographyOptions,
    Keywords,
    attribute_lists,
    keywords,
    learn_keywords,
    segments,
    singular,
    spellings,
    training_biographies,
)
from morning.attributes.concepts import ConceptGraph
from morning.errors import MorningError
from toys.biographies import small_world

CONCEPTS = ConceptGraph.default()
KNOWN = spellings(CONCEPTS.terms)


class TestSegments:
    def test_what_parts_and_what_goes(self):
        text = "Food-Blogger & cake_lover 🍰 #IceCream\nDM me@x.com @pilot https://lip.stick/cake"
        assert list(segments(text)) == [
            ["food", "blogger"],
            ["cake", "lover"],
            ["icecream"],
            ["dm"],
        ]

    @pytest.mark.parametrize("text", [None, "", "   ", "🍰🍰", "@only @mentions", "...!?"])
    def test_nothing_to_read(self, text):
        assert list(segments(text)) == []

    @given(st.text())
    def test_any_text_gives_words_in_lower_case(self, text):
        for words in segments(text):
            assert words
            assert all(word and not set(word) & set(" \n#-_@") for word in words)


class TestSingular:
    @pytest.mark.parametrize(
        ("plural", "word"),
        [
            ("bloggers", "blogger"),
            ("women", "woman"),
            ("dresses", "dress"),
            ("petrolheads", "petrolhead"),
            ("running", "running"),
            ("gamer", "gamer"),
            ("glass", "glass"),
            ("yoga", "yoga"),
        ],
    )
    def test_known_answers(self, plural, word):
        assert singular(plural) == word


class TestKeywords:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("food-blogger", ["food-blogger"]),
            ("Food bloggers", ["food-blogger"]),
            ("#foodblogger #icecream", ["food-blogger", "ice-cream"]),
            ("ice cream and cakes", ["ice-cream", "cake"]),
            ("make up artist", ["make-up-artist"]),
            ("half marathons", ["half-marathon"]),
            ("Women’s shoes", ["women's-shoes"]),
            ("black and white photos", ["black-and-white", "photo"]),
            ("ice | cream", []),
            ("@photographer www.cake.com cake@home.org", []),
            ("computer", ["computer"]),
        ],
    )
    def test_phrases_hashtags_and_plurals(self, text, found):
        assert keywords(text, KNOWN) == found

    def test_the_longest_match_wins_and_is_consumed(self):
        known = spellings(["food", "blogger", "food-blogger"])
        assert keywords("food food blogger", known) == ["food", "food-blogger"]

    def test_a_term_keeps_its_own_spelling(self):
        known = spellings(["boot", "boots", "ice-cream", "icecream"])
        assert (known["boot"], known["boots"]) == ("boot", "boots")
        assert (known["icecream"], known["ice-cream"]) == ("icecream", "ice-cream")

    def test_every_term_is_found_in_its_own_spelling(self):
        for term in CONCEPTS.terms:
            assert keywords(term.replace("-", " "), KNOWN) == [term]
            assert keywords(f"I love {term.upper()}!", KNOWN)[-1] == term


class TestLearn:
    def test_attribute_lists_of_a_small_world(self):
        world = small_world()
        table = learn_keywords(world, CONCEPTS, BiographyOptions(min_count=1))
        lists = attribute_lists(world, table)
        assert lists == {
            "glow": ("cosmetic", "makeup", "photographer"),
            "sweet": ("dessert", "food"),
            "wear": ("casual-clothes", "clothes", "photographer"),
            "hidden": ("drink",),
            "other": ("cosmetic", "makeup"),
            "anna": ("cosmetic", "dessert", "makeup-artist"),
            "bert": ("casual-clothes", "food-blogger", "photographer"),
            "carol": (),
            "dora": (),
        }

    def test_so_they_are_in_shards(self, monkeypatch, tmp_path):
        world = small_world()
        table = learn_keywords(world, CONCEPTS, BiographyOptions(min_count=1))
        at_once = attribute_lists(world, table)
        monkeypatch.setenv("MORNING_DATA", str(tmp_path))
        monkeypatch.setattr(biographies, "_SHARD", 4)
        assert attribute_lists(world, table) == at_once
        assert len(list((tmp_path / "cache" / "shards").rglob("*.arrow"))) == 3

    def test_rare_keywords_are_left_out(self):
        table = learn_keywords(small_world(), CONCEPTS, BiographyOptions(min_count=2))
        assert table.attribute_of == {
            "cake": "dessert",
            "jeans": "casual-clothes",
            "lipstick": "cosmetic",
            "photographer": "photographer",
        }

    def test_categories_can_be_left_out(self):
        options = BiographyOptions(min_count=1, categories=False)
        lists = attribute_lists(small_world(), learn_keywords(small_world(), CONCEPTS, options))
        assert lists["sweet"] == ("dessert",)

    def test_only_training_accounts_are_read(self):
        read = training_biographies(small_world())
        assert len(read) == 5
        assert not any("espresso" in biography for biography in read)

    @settings(max_examples=25)
    @given(st.text() | st.sampled_from(sorted(CONCEPTS.terms)), st.sampled_from(["anna", "carol"]))
    def test_no_test_brand_is_touched(self, biography, influencer):
        options = BiographyOptions(min_count=1)
        expected = learn_keywords(small_world(), CONCEPTS, options)
        world = small_world(test_biography=biography, test_influencer=influencer)
        assert learn_keywords(world, CONCEPTS, options).attribute_of == expected.attribute_of

    def test_no_frequent_keyword_is_logged(self, caplog):
        table = learn_keywords(small_world(), CONCEPTS, BiographyOptions(min_count=50))
        assert table.attribute_of == {}
        assert "no keyword is in 50 training biographies" in caplog.text

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"min_count": 0}, "min_count"),
            ({"splits": ("train", "test")}, "test"),
            ({"splits": ()}, "no split"),
        ],
    )
    def test_refuses_senseless_options(self, options, message):
        with pytest.raises(MorningError, match=message):
            BiographyOptions(**options)


class TestTable:
    def test_attributes_are_sorted_and_unique(self):
        table = Keywords({"cake": "dessert", "pie": "dessert", "art": "art"})
        assert table.attributes("pie, cake, art") == ("art", "dessert")
        assert table.attributes("pie", "clothing") == ("clothes", "dessert")
        assert table.attributes(None, "Home Decor") == ("home-decor",)

    def test_save_and_load(self, tmp_path):
        table = Keywords({"käse": "food", "cake": "dessert"}, categories=False)
        table.save(tmp_path / "keywords.json")
        loaded = Keywords.load(tmp_path / "keywords.json")
        assert (loaded.attribute_of, loaded.categories) == (table.attribute_of, False)

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"attribute_of": 3, "categories": true}'])
    def test_load_refuses_other_files(self, tmp_path, text):
        (tmp_path / "keywords.json").write_text(text, encoding="utf-8")
        with pytest.raises(MorningError, match=r"keywords\.json: cannot be read"):
            Keywords.load(tmp_path / "keywords.json")

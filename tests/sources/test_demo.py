"""The demo world: what is planted, what is independent, and what is on disk."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.attributes.concepts import ConceptGraph
from morning.code import closure
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.files import read_json
from morning.sources import demo
from morning.sources.demo.build import tables
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.words import choose_keywords, pick_leaning, plural
from morning.sources.demo.world import WEIGHTS, plan
from PIL import Image
from scipy.stats import rankdata

SMALL = {"brands": 6, "influencers": 15, "posts": 2, "audience": 2, "audience_posts": 1}
SEEDS = range(4)


def keyword_attributes():
    """Every keyword of the demo's biographies with the attribute that it stands for."""
    raw = read_json(Path(demo.__file__).with_name("vocabulary.json"))
    lists = [topic["interests"] for topic in raw["topics"].values()]
    lists += [*raw["styles"].values(), *raw["personas"].values()]
    return {word: name for each in lists for name, text in each.items() for word in text.split()}


def auc(scores, positives):
    """Mean over rows of the chance that a positive is above a negative."""
    ranks, n, m = rankdata(scores, axis=1), positives.sum(axis=1), (~positives).sum(axis=1)
    return float(np.mean(((ranks * positives).sum(axis=1) - n * (n + 1) / 2) / (n * m)))


def protocol_auc(world, scores):
    """AUC of the test brands over the union of their positives."""
    test = np.array(world.splits) == "test"
    candidates = world.partners[test].any(axis=0)
    return auc(scores[test][:, candidates], world.partners[test][:, candidates])


@pytest.fixture(scope="module")
def worlds():
    return [plan(demo.DemoOptions(seed=seed)) for seed in SEEDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "world"
    demo.generate(folder, **SMALL)
    return folder


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestPreference:
    def test_oracle_ranks_positives_first_and_every_part_carries_its_own(self, worlds):
        whole = np.mean([protocol_auc(w, w.scores) for w in worlds])
        assert whole > 0.9
        for part in WEIGHTS:
            alone = np.mean([protocol_auc(w, w.parts[part]) for w in worlds])
            without = np.mean(
                [
                    protocol_auc(w, sum(WEIGHTS[p] * w.parts[p] for p in WEIGHTS if p != part))
                    for w in worlds
                ]
            )
            assert 0.65 < alone < whole - 0.05, part
            assert without < whole - 0.01, part

    def test_scores_are_the_weighted_sum_of_standardised_parts(self, worlds):
        world = worlds[0]
        expected = sum(WEIGHTS[name] * part for name, part in world.parts.items())
        np.testing.assert_allclose(world.scores, expected)
        for part in world.parts.values():
            assert abs(part.mean()) < 1e-9
            assert part.std() == pytest.approx(1)

    def test_parts_are_nearly_independent(self, worlds):
        for world in worlds:
            correlation = np.corrcoef([part.ravel() for part in world.parts.values()])
            assert np.abs(correlation[np.triu_indices(3, 1)]).max() < 0.1

    def test_category_drives_part_of_the_content_preference_only(self, worlds):
        for world in worlds:
            category = pd.factorize(np.array(world.categories))[0]
            field = world.content[len(category) :, :12].argmax(axis=1)
            same = category[:, None] == field[None]
            gap = {n: p[same].mean() - p[~same].mean() for n, p in world.parts.items()}
            assert gap["content"] > 0.5
            assert abs(gap["audience"]) < 0.15
            assert abs(gap["attribute"]) < 0.15
            assert world.parts["content"][same].std() > 0.3

    def test_without_structure_nothing_can_be_learned(self):
        planned = [plan(demo.DemoOptions(structure=0, seed=seed)) for seed in range(12)]
        for part in WEIGHTS:
            aucs = [auc(w.parts[part], w.partners) for w in planned]
            assert np.mean(aucs) == pytest.approx(0.5, abs=0.015)
        agree = []
        for world in planned:
            category = pd.factorize(np.array(world.categories))[0]
            field = world.content[len(category) :, :12].argmax(axis=1)
            agree.append((category[:, None] == field[None])[world.partners].mean())
            assert (world.scores == 0).all()
        assert np.mean(agree) == pytest.approx(1 / 12, abs=0.02)

    def test_the_dial_only_changes_who_works_with_whom(self):
        low, high = (plan(demo.DemoOptions(structure=s)) for s in (0.0, 1.0))
        np.testing.assert_array_equal(low.content, high.content)
        np.testing.assert_array_equal(low.audience, high.audience)
        assert low.splits == high.splits
        assert (low.partners != high.partners).any()

    def test_styles_and_personas_share_no_word(self):
        styles = {word for style in vocabulary().styles for word in style}
        personas = {word for persona in vocabulary().personas for word in persona}
        assert not styles & personas


class TestLabels:
    def test_default_shape_is_that_of_the_real_set(self, worlds):
        for world in worlds:
            per_brand, per_influencer = world.partners.sum(axis=1), world.partners.sum(axis=0)
            assert 8 <= per_brand.min() <= per_brand.max() <= 12
            assert per_influencer.min() >= 1
            assert (per_influencer <= 2).mean() > 0.8
            table = pd.crosstab(pd.Series(world.categories), pd.Series(world.splits))
            assert len(table) == 12
            assert (table["test"] == 2).all()
            assert (table["train"] == 3).all()

    @settings(max_examples=60, deadline=None)
    @given(
        brands=st.integers(2, 40),
        influencers=st.integers(2, 80),
        structure=st.sampled_from([0.0, 1.0, 10.0]),
        seed=st.integers(0, 1000),
    )
    def test_any_size_is_valid(self, brands, influencers, structure, seed):
        world = plan(
            demo.DemoOptions(brands=brands, influencers=influencers, structure=structure, seed=seed)
        )
        assert (world.partners.sum(axis=1) >= 1).all()
        if influencers >= brands:
            assert (world.partners.sum(axis=0) >= 1).all()
        assert np.isfinite(world.scores).all()
        np.testing.assert_allclose(world.content.sum(axis=1), 1)
        table = pd.crosstab(pd.Series(world.categories), pd.Series(world.splits))
        if brands >= 4 or len(table) == 1:
            assert (table.sum(axis=1) >= 2).all()
        assert (table["test"] >= 1).all()
        assert (table["train"] >= 1).all()
        assert len(set(world.brand_ids)) == brands

    @pytest.mark.parametrize(
        ("option", "value"),
        [("brands", 1), ("influencers", 0), ("posts", 0), ("structure", -1.0), ("seed", -1),
         ("structure", float("nan")), ("picture_size", 4096), ("audience", -1),
         ("role_gap", -0.1), ("role_gap", 1.1)],
    )  # fmt: skip
    def test_senseless_options_are_refused(self, option, value, tmp_path):
        with pytest.raises(MorningError, match=option):
            demo.generate(tmp_path / "world", **{**SMALL, option: value})
        assert not list(tmp_path.iterdir())


class TestRoles:
    def shares(self, gap):
        """Share of products among the two objects of a category, by role."""
        config = demo.DemoOptions(role_gap=gap, audience=3, audience_posts=3)
        dataset, objects, _ = tables(plan(config), config)
        pairs = [t.objects for t in vocabulary().topics.values() if len(t.objects) == 2]
        products = {product for product, _ in pairs}
        around = {other for _, other in pairs} - products
        shown = pd.Series([demo.OBJECTS[o] for o in objects])
        role = dataset.posts["account_id"].str.split("-").str[0]
        known = shown.isin(products | around)
        return shown.isin(products)[known].groupby(role[known]).mean()

    def test_brands_picture_the_product_and_influencers_what_is_around_it(self):
        share = self.shares(1.0)
        assert share["brand"] > 0.9
        assert share["influencer"] < 0.1
        assert share["audience"] == pytest.approx(0.5, abs=0.05)

    def test_without_a_gap_they_picture_the_same(self):
        share = self.shares(0.0)
        assert share["brand"] == pytest.approx(0.5, abs=0.07)
        assert share["influencer"] == pytest.approx(0.5, abs=0.05)

    def test_captions_do_not_depend_on_it(self):
        alike, apart = (
            tables(plan(config), config)[0].posts["caption"].tolist()
            for config in (
                demo.DemoOptions(role_gap=gap, posts=2, audience=0) for gap in (0.0, 1.0)
            )
        )
        assert alike == apart


class TestFolder:
    def test_same_seed_same_bytes_other_seed_other_bytes(self, folder, tmp_path):
        demo.generate(tmp_path / "again", **SMALL)
        demo.generate(tmp_path / "other", **SMALL, seed=1)
        first, again, other = map(digests, (folder, tmp_path / "again", tmp_path / "other"))
        assert first == again
        assert first.keys() == other.keys()
        assert not any(first[name] == other[name] for name in first if name.endswith(".jpg"))

    def test_holds_what_was_asked_for(self, folder):
        dataset = Dataset.load(folder)
        roles = dataset.accounts["role"].value_counts().to_dict()
        assert roles == {"brand": 6, "influencer": 15, "audience": 42}
        assert len(dataset.posts) == 21 * 2 + 42
        assert dataset.posts["caption"].str.len().min() > 0
        followers = dataset.accounts.query("role == 'influencer'")["followers"]
        assert followers.between(5_000, 100_000).all()
        assert (dataset.posts["comments"] <= dataset.posts["likes"]).all()
        for image in dataset.posts["image"]:
            with Image.open(folder / image) as picture:
                assert (picture.format, picture.size) == ("JPEG", (64, 64))

    def test_captions_have_hashtags_mentions_links_and_emoji(self, worlds):
        dataset, _, _ = tables(worlds[0], demo.DemoOptions(audience=1))
        captions = dataset.posts["caption"]
        for pattern, least in (
            (r"#\w+", 0.99),
            (r"@\w+", 0.2),
            (r"https://", 0.08),
            (r"[😊😍🙌🔥]", 0.4),
        ):
            assert captions.str.contains(pattern, regex=True).mean() > least
        handles = set(captions.str.extractall(r"@(\S+)")[0])
        assert not handles & set(dataset.accounts["account_id"])

    def test_biographies_name_keywords_that_stand_for_attributes(self, worlds):
        dataset, _, _ = tables(worlds[0], demo.DemoOptions(audience=0))
        known = set(keyword_attributes())
        found = dataset.accounts["biography"].str.findall(r"[a-z][a-z-]*[a-z]")
        counts = found.map(lambda words: len(known & set(words)))
        assert counts.min() >= 3

    def test_pictures_and_captions_follow_the_latents(self, worlds):
        world, config = worlds[0], demo.DemoOptions(audience=0)
        dataset, objects, _ = tables(world, config)
        topics = list(vocabulary().topics.values())
        expected = np.zeros((len(topics), len(demo.OBJECTS)))
        for t, topic in enumerate(topics):
            expected[t, [demo.OBJECTS.index(name) for name in topic.objects]] = 1
        rows = np.repeat(np.arange(460), config.posts)
        share = (world.content @ expected)[rows, objects]
        shuffled = (world.content @ expected)[np.random.default_rng(0).permutation(rows), objects]
        assert share.mean() > 2 * shuffled.mean()
        assert len(dataset.posts) == len(objects)

    def test_truth_belongs_to_the_dataset(self, folder):
        dataset, truth = Dataset.load(folder), demo.truth(folder)
        brands = dataset.accounts.query("role == 'brand'")["account_id"]
        assert truth.brand_ids.tolist() == brands.tolist()
        assert truth.scores.shape == (6, 15)
        assert truth.weights == WEIGHTS
        total = sum(truth.weights[name] * part for name, part in truth.parts.items())
        np.testing.assert_allclose(truth.scores, truth.structure * total)
        assert truth.post_ids.tolist() == dataset.posts["post_id"].tolist()
        assert truth.post_objects.max() < len(demo.OBJECTS)

    def test_truth_of_another_folder_is_refused(self, tmp_path):
        with pytest.raises(MorningError, match="generate"):
            demo.truth(tmp_path)

    def test_the_same_world_is_reused_and_another_replaced(self, tmp_path, monkeypatch):
        folder = tmp_path / "world"
        tiny = {**SMALL, "posts": 1, "audience": 0}
        demo.generate(folder, **tiny)
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        demo.generate(folder, **tiny)
        assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        assert len(demo.generate(folder, **{**tiny, "brands": 8}).collaborations) >= 8

    @pytest.mark.parametrize("name", ["posts.parquet", "images/brand/brand-airline-1-01.jpg"])
    def test_a_damaged_world_is_made_again(self, tmp_path, name):
        folder = tmp_path / "world"
        tiny = {**SMALL, "posts": 1, "audience": 0}
        demo.generate(folder, **tiny)
        whole = digests(folder)
        (folder / name).unlink()
        demo.generate(folder, **tiny)
        assert digests(folder) == whole

    def test_another_generator_draws_it_anew(self, tmp_path, monkeypatch):
        mark = tmp_path / "world" / "images" / "mark"
        demo.generate(tmp_path / "world", **SMALL)
        mark.touch()
        demo.generate(tmp_path / "world", **SMALL)
        assert mark.exists()
        monkeypatch.setattr("morning.sources.demo.build.code_of", lambda *_: "other")
        demo.generate(tmp_path / "world", **SMALL)
        assert not mark.exists()

    def test_words_and_drawings_decide_the_world(self):
        names = {path.name for path in closure("morning.sources.demo.build")}
        assert {"vocabulary.json", "shapes.py", "scenes.py", "words.py", "world.py"} <= names
        assert not {"training.py", "catalogue.py", "public.py"} & names

    def test_a_folder_with_other_things_is_left_alone(self, tmp_path):
        (tmp_path / "letter.txt").write_text("keep me")
        with pytest.raises(MorningError, match="not a demo world"):
            demo.generate(tmp_path, **SMALL)
        assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]

    def test_an_interrupted_generation_leaves_nothing(self, tmp_path, monkeypatch):
        def fail(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr("morning.sources.demo.build.draw_picture", fail)
        with pytest.raises(KeyboardInterrupt):
            demo.generate(tmp_path / "world", **SMALL)
        assert not list(tmp_path.iterdir())


class TestPictures:
    def test_labelled_pictures(self):
        images, objects, scenes = demo.labelled_pictures(400, seed=3, size=32)
        assert images.shape == (400, 32, 32, 3)
        assert images.dtype == np.uint8
        assert set(objects) == set(range(len(demo.OBJECTS)))
        assert set(scenes) == set(range(len(demo.SCENES)))
        again = demo.labelled_pictures(400, seed=3, size=32)[0]
        np.testing.assert_array_equal(images, again)
        assert (images != demo.labelled_pictures(400, seed=4, size=32)[0]).mean() > 0.8

    def test_labelled_pictures_are_not_in_the_world(self, folder):
        truth = demo.truth(folder)
        images, objects, _ = demo.labelled_pictures(len(truth.post_ids), seed=0, size=64)
        assert (objects != truth.post_objects).any()
        assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)

    def test_scenes_can_be_told_apart(self):
        images, _, scenes = demo.labelled_pictures(1200, seed=0, size=16)
        x = images.reshape(1200, -1).astype(float)
        means = np.stack([x[:900][scenes[:900] == k].mean(axis=0) for k in range(len(demo.SCENES))])
        nearest = ((x[900:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)
        assert (nearest == scenes[900:]).mean() > 0.85

    def test_every_topic_names_known_objects_and_scenes(self):
        shown = set()
        for topic in vocabulary().topics.values():
            assert set(topic.scenes) <= set(demo.SCENES)
            shown |= set(topic.objects)
        assert shown == set(demo.OBJECTS)


class TestVocabulary:
    def test_groups_are_mixtures_of_topics(self):
        np.testing.assert_allclose(vocabulary().groups.sum(axis=1), 1)

    @pytest.mark.parametrize(
        ("noun", "many"),
        [("cake", "cakes"), ("brush", "brushes"), ("dress", "dresses"), ("story", "stories"),
         ("toy", "toys"), ("leaf", "leaves")],
    )  # fmt: skip
    def test_plural(self, noun, many):
        assert plural(noun) == many

    def test_keywords_stand_for_the_attributes_that_the_concept_graph_gives(self):
        graph = ConceptGraph.default()
        words = keyword_attributes()
        assert {word: graph.father(word) for word in words} == words

    def test_keywords_are_different_and_of_their_kind(self):
        rng = np.random.default_rng(0)
        kinds = [("a", "b"), ("c",)]
        assert sorted(choose_keywords(kinds, np.array([1.0, 0.0]), 5, rng)) == ["a", "b"]

    @given(st.integers(1, 9), st.integers(0, 2**32 - 1))
    def test_leaning_takes_one_half_or_any(self, n, seed):
        rng = np.random.default_rng(seed)
        items = [str(i) for i in range(n)]
        for lean, low, high in ((1, 0, (n + 1) // 2), (-1, n // 2, n), (0, 0, n)):
            drawn = {int(pick_leaning(rng, items, lean)) for _ in range(30)}
            assert drawn <= set(range(low, high))

    @pytest.mark.parametrize(("lean", "share"), [(0.0, 0.5), (0.6, 0.8), (-1.0, 0.0)])
    def test_leaning_has_the_share_it_says(self, lean, share):
        rng = np.random.default_rng(0)
        drawn = [pick_leaning(rng, "abcd", lean) in "ab" for _ in range(4000)]
        assert np.mean(drawn) == pytest.approx(share, abs=0.03)

    def test_options_are_frozen(self):
        options = demo.DemoOptions()
        assert replace(options, brands=24).brands == 24
        with pytest.raises(AttributeError):
            options.brands = 3  # type: ignore[misc]

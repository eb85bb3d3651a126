"""A generated world on disk."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from morning.code import closure
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.sources import demo
from morning.sources.demo.build import tables
from morning.sources.demo.vocabulary import vocabulary
from morning.sources.demo.world import WEIGHTS
from morning.sources.label_posts import label_posts
from PIL import Image
from toys.worlds import SMALL, keyword_attributes


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestFolder:
    def test_same_seed_same_bytes_other_seed_other_bytes(self, folder, tmp_path):
        demo.generate(tmp_path / "again", **SMALL)
        demo.generate(tmp_path / "other", **SMALL, seed=1)
        first, again, other = map(digests, (folder, tmp_path / "again", tmp_path / "other"))
        assert first == again
        assert first.keys() == other.keys()
        assert not any(first[name] == other[name] for name in first if name.endswith(".jpg"))

    def test_two_at_once_give_one_world(self, folder, tmp_path):
        with ThreadPoolExecutor(2) as threads:
            for _ in range(2):
                list(threads.map(lambda _: demo.generate(tmp_path / "same", **SMALL), range(2)))
        assert digests(tmp_path / "same") == digests(folder)
        assert [path.name for path in tmp_path.iterdir()] == ["same"]

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

    def test_a_post_of_the_influencer_names_each_partner(self, worlds):
        for share, least in ((1.0, 1.0), (0.0, 0.0), (0.5, 0.4)):
            options = demo.DemoOptions(audience=0, announced=share)
            dataset, _, _ = tables(worlds[0], options)
            posts = dataset.posts[label_posts(dataset)]
            brands = posts["caption"].str.extract(r"#ad with @(\S+)$")[0]
            found = set(zip(brands, posts["account_id"], strict=True))
            pairs = set(dataset.collaborations.itertuples(index=False, name=None))
            assert found <= pairs
            assert least <= len(found) / len(pairs) <= share + 0.1 * (0 < share < 1)

    def test_announcements_change_no_other_post(self, worlds):
        plain, _, _ = tables(worlds[0], demo.DemoOptions(audience=1, announced=0.0))
        told, _, _ = tables(worlds[0], demo.DemoOptions(audience=1))
        changed = label_posts(told)
        assert plain.posts[~changed].equals(told.posts[~changed])
        others = plain.posts.columns.difference(["caption"])
        assert plain.posts[others].equals(told.posts[others])

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

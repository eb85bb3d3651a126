"""What a run will have is said before it starts, and what it could not finish with is an error."""

import socket
from dataclasses import replace

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.features.visual.weights import NETWORKS
from morning.prepare.outlook import _in_languages, outlook
from morning.sources import Source
from toys.cache import own_cache
from toys.vectors import checkerboard

CAPTIONS = ("bread from the oven", "running shoes", "roasted coffee", "summer dress")


def source(captions=CAPTIONS, biographies=None, pairs=None, splits=("train", "train", "test")):
    """Return three brands and four influencers who each wrote three times."""
    brands, influencers = ["b0", "b1", "b2"], ["m0", "m1", "m2", "m3"]
    names = [*brands, *influencers]
    accounts = pd.DataFrame(
        {
            "account_id": names,
            "role": ["brand"] * 3 + ["influencer"] * 4,
            "category": ["food", "shoes", "food", *[None] * 4],
            "biography": biographies or [None] * 7,
            "split": [*splits, *[None] * 4],
        }
    )
    pairs = pairs or [("b0", "m0"), ("b1", "m1"), ("b2", "m2"), ("b2", "m3"), ("b0", "m3")]
    posts = [
        {"post_id": f"{name}-{k}", "account_id": name, "caption": captions[i % len(captions)]}
        for i, name in enumerate(names)
        for k in range(3)
    ]
    tables = {"collaborations": pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])}
    return Source("x", Dataset(accounts, posts=pd.DataFrame(posts), **tables).validate())


def test_says_what_there_will_be():
    found = outlook(source())
    assert found.brands == {"train": 2, "validation": 0, "test": 1}
    assert found.candidates == 4  # a single test brand's partners alone would leave no choice
    assert "21 captions" in found.blocks["content_topics"]
    assert found.left_out["content_visual"] == "no post has a picture"
    assert found.left_out["audience_topics"] == "the data have no audiences"
    text = "\n".join(found.lines())
    assert "2 to train on, 0 to validate on, 1 to test on; 4 candidates" in text
    assert "a run takes about 2 minutes on two cores" in text
    assert "With 1 test brand, differences" in text


def test_who_worked_with_everyone_leaves_nothing_to_compare():
    everyone = [("b0", "m0"), ("b1", "m1"), *(("b2", f"m{k}") for k in range(4))]
    (error,) = outlook(source(pairs=everyone)).errors
    assert "nothing to compare" in error.rule
    assert "split test" in error.rule


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        (("test", "test", "test"), "no brand to learn from"),
        (("train", "train", "train"), "no brand to rank for"),
    ],
)
def test_both_kinds_of_brands_are_needed(splits, said):
    assert any(said in error.rule for error in outlook(source(splits=splits)).errors)


def test_without_words_pictures_and_attributes_nothing_is_left():
    biographies = [None] * 7
    found = outlook(source(captions=["🍞🍞", "🥖"], biographies=biographies))
    assert not {"content_topics", "content_visual"} & set(found.blocks)
    if not found.blocks:
        assert any("nothing to learn from" in error.rule for error in found.errors)


MIXED = (
    "Heute gibt es selbstgebackenes Brot 🍞 Rezept in der Story",
    "Herbstspaziergang im Wald mit dem Hund",
    "the bread that we baked from the oven with your recipe",
)


def test_languages_are_named_where_english_is_not_alone():
    found = outlook(source(captions=MIXED))
    assert found.languages == {"content_topics": {"de": 15, "en": 6}}
    assert found.blocks["content_topics"].endswith("words of 21 captions (German 15, English 6)")
    assert found.as_dict()["languages"] == found.languages
    english = outlook(source())
    assert english.languages == {"content_topics": {"en": 21}}
    assert english.blocks["content_topics"].endswith("21 captions")


def test_a_rare_language_is_among_others():
    counts = {"de": 4000, "en": 1200, "nl": 30, "it": 7}
    assert _in_languages(counts) == " (German 4,000, English 1,200, others 37)"
    assert _in_languages({"en": 4000, "nl": 30}) == ""
    assert _in_languages({}) == ""


def test_captions_that_cannot_be_read_are_counted():
    found = outlook(source(captions=["bread oven " * 3, "မင်္ဂလာပါ fresh bread", "shoes", "oven"]))
    assert "; 6 captions have Lao, Burmese or Khmer" in found.blocks["content_topics"]


def test_what_will_look_at_pictures_is_said_without_asking_anybody(monkeypatch, tmp_path):
    cache = own_cache(monkeypatch, tmp_path / "cache")
    monkeypatch.setattr(socket, "socket", None)
    data = source()
    posts = data.dataset.posts.assign(image="a.png")
    data = replace(data, dataset=replace(data.dataset, posts=posts, root=tmp_path))
    networks = "21 pictures, looked at by ImageNet and Places365 networks"
    expected = f"{networks}, fetched first (about 276 MB); --visual none to prevent it"
    assert outlook(data).blocks["content_visual"] == expected
    cache.mkdir(parents=True)
    for file in NETWORKS["network"]:
        (cache / file.name).touch()
    assert outlook(data).blocks["content_visual"] == f"{networks} (in the cache)"


def test_a_named_folder_without_networks_leaves_pictures_out(monkeypatch, tmp_path):
    own_cache(monkeypatch, tmp_path / "cache")
    monkeypatch.setenv("MORNING_WEIGHTS", str(tmp_path))
    data = source()
    posts = data.dataset.posts.assign(image="a.png")
    data = replace(data, dataset=replace(data.dataset, posts=posts, root=tmp_path))
    why = outlook(data).left_out["content_visual"]
    assert why.startswith("MORNING_WEIGHTS names a folder without resnet101.pth, ")


def test_vectors_are_what_they_are():
    features = checkerboard()
    tables = Dataset(features.accounts, features.collaborations)
    found = outlook(Source("vectors", tables, features))
    assert list(found.blocks) == list(features.blocks)
    assert found.errors == ()


def test_of_many_captions_some_are_looked_at(monkeypatch):
    monkeypatch.setattr("morning.prepare.outlook.LOOKED_AT", 15)
    found = outlook(source())
    assert found.blocks["content_topics"].endswith("words of 21 captions, by 15 of them")
    assert sum(found.languages["content_topics"].values()) == 15

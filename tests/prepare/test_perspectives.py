"""The perspectives that posts give: computed where possible, said where not."""

from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.features.documents import Documents
from morning.features.topics import TopicModel
from morning.prepare import perspectives
from morning.run import Run
from morning.sources import Source, demo
from torch import nn
from toys.pictures import colours

SMALL = {"brands": 8, "influencers": 16, "posts": 3, "audience": 3, "picture_size": 16}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("perspectives") / "world"
    return Source(str(folder), demo.generate(folder, **SMALL))


@pytest.fixture(autouse=True)
def recognised(monkeypatch, tmp_path):
    """Small networks that need no training, and a data folder of the test's own."""
    monkeypatch.setattr(perspectives, "recognisers", lambda *_: (colours(3), colours(2, size=4)))
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))


@pytest.fixture(params=["content", "audience"])
def perspective(request):
    return request.param


def test_both_blocks_and_what_was_learnt(source, perspective, tmp_path):
    prepared = getattr(perspectives, perspective)(source, tmp_path, topics=3)
    blocks = prepared.features.validate().blocks
    assert {name: block.shape for name, block in blocks.items()} == {
        f"{perspective}_visual": (24, 5),
        f"{perspective}_topics": (24, 3),
    }
    assert prepared.notes == []
    assert prepared.columns == {"objects": {0: "red", 1: "green", 2: "blue"},
                                "scenes": {3: "red", 4: "green"}}  # fmt: skip
    assert prepared.features.made == {n: block.made for n, block in prepared.blocks.items()}
    model = TopicModel.load(tmp_path / f"{perspective}_topics")
    inferred = model.transform(prepared.documents)
    np.testing.assert_allclose(inferred, blocks[f"{perspective}_topics"], atol=1e-6)


def test_the_number_of_topics_is_chosen_on_training_accounts(source, tmp_path, monkeypatch):
    asked = {}

    def spy(documents, candidates, options):
        asked.update(documents=len(documents), candidates=candidates, seed=options.seed)
        return "table", 4

    monkeypatch.setattr(perspectives, "choose_topics", spy)
    prepared = perspectives.content(source, tmp_path, seed=5)
    fitted = perspectives.Posts.own(source.dataset).training.sum()
    assert asked == {"documents": fitted, "candidates": [6, 9, 12], "seed": 5}
    assert prepared.topic_choice == "table"
    assert prepared.features.sizes()["content_topics"] == 4


def test_the_seed_moves_the_audience_but_no_picture_of_content(source, tmp_path, monkeypatch):
    """Posts of a large audience are drawn by the seed, so its pictures move as its topics do."""
    one = perspectives.AudienceOptions(accounts=1, posts=1)
    choice = lambda seed: replace(one, seed=seed)  # noqa: E731
    monkeypatch.setattr(perspectives, "AudienceOptions", choice)

    def visual(perspective, seed):
        made = getattr(perspectives, perspective)(source, tmp_path, topics=3, seed=seed)
        return made.features.blocks[f"{perspective}_visual"]

    np.testing.assert_array_equal(visual("content", 0), visual("content", 1))
    np.testing.assert_array_equal(visual("audience", 0), visual("audience", 0))
    assert not np.array_equal(visual("audience", 0), visual("audience", 1))


def test_without_networks_topics_are_there(source, perspective, tmp_path, monkeypatch):
    monkeypatch.setattr(perspectives, "recognisers", lambda *_: "No networks.")
    prepared = getattr(perspectives, perspective)(source, tmp_path, topics=3)
    assert list(prepared.features.blocks) == [f"{perspective}_topics"]
    assert prepared.notes == ["No networks."]


def test_without_captions_pictures_are_there(source, perspective, tmp_path):
    silent = replace(source.dataset, posts=source.dataset.posts.assign(caption=""))
    quiet = replace(source, dataset=silent.validate())
    prepared = getattr(perspectives, perspective)(quiet, tmp_path)
    assert list(prepared.features.blocks) == [f"{perspective}_visual"]
    (note,) = prepared.notes
    assert note.startswith("Topics are left out: no word")


def test_pictures_that_cannot_be_used_are_counted(source, tmp_path):
    posts = source.dataset.posts.copy()
    accounts = source.dataset.accounts.query("role != 'audience'")["account_id"]
    own = posts["account_id"].isin(source.dataset.accounts.query("role == 'brand'")["account_id"])
    posts.loc[own, "image"] = "images/missing.jpg"
    lost = replace(source, dataset=replace(source.dataset, posts=posts).validate())
    prepared = perspectives.content(lost, tmp_path, topics=3)
    (note,) = prepared.notes
    number = posts.loc[~own & (posts["account_id"].isin(accounts)), "image"].nunique() + 1
    assert note == (
        f"1 of {number} pictures could not be used: 1 no such file; listed in "
        "`content_skipped_pictures.csv`."
    )
    assert Run(tmp_path).skipped("content").name in note
    assert prepared.blocks["content_visual"].skipped == (("images/missing.jpg", "no such file"),)
    assert prepared.skipped["post_id"].tolist() == posts.loc[own, "post_id"].tolist()
    assert set(prepared.skipped["reason"]) == {"no such file"}


def test_pictures_none_of_which_can_be_used_are_no_block(source, tmp_path):
    posts = source.dataset.posts.assign(image="images/missing.jpg")
    lost = replace(source, dataset=replace(source.dataset, posts=posts).validate())
    prepared = perspectives.content(lost, tmp_path, topics=3)
    assert list(prepared.features.blocks) == ["content_topics"]
    assert prepared.notes[1:] == ["Pictures are left out: none can be used."]
    assert len(prepared.skipped) == len(perspectives.Posts.own(lost.dataset))


def test_posts_without_pictures_are_no_block(source, tmp_path, perspective):
    posts = source.dataset.posts.assign(image=None)
    bare = replace(source, dataset=replace(source.dataset, posts=posts).validate())
    prepared = getattr(perspectives, perspective)(bare, tmp_path, topics=3)
    assert list(prepared.features.blocks) == [f"{perspective}_topics"]
    assert prepared.notes == ["Pictures are left out: no post has one."]
    assert prepared.skipped is None


def test_without_audiences_there_is_nothing(source, tmp_path):
    alone = replace(source.dataset, audiences=source.dataset.audiences.iloc[:0])
    prepared = perspectives.audience(replace(source, dataset=alone), tmp_path)
    assert prepared.features.blocks == {}
    assert prepared.notes == ["The data have no audiences."]


def test_vectors_of_the_source_are_handed_on(source, perspective, tmp_path, tiny_features):
    ready = replace(source, features=tiny_features())
    prepared = getattr(perspectives, perspective)(ready, tmp_path)
    expected = {"content": ["content_topics"], "audience": []}
    assert list(prepared.features.blocks) == expected[perspective]
    assert prepared.blocks == {}


def test_a_network_without_a_linear_layer_will_do(source, tmp_path, monkeypatch):
    bare = nn.Sequential(nn.Conv2d(3, 3, 8), nn.Flatten())
    odd = replace(colours(), module=bare)
    monkeypatch.setattr(perspectives, "recognisers", lambda *_: (odd, colours(2)))
    prepared = perspectives.content(source, tmp_path, topics=3)
    assert "content_visual" in prepared.features.blocks


def test_a_wrong_choice_of_networks_is_an_error(source, tmp_path, monkeypatch):
    def refuse(*_):
        raise MorningError("visual='abacus'")

    monkeypatch.setattr(perspectives, "recognisers", refuse)
    with pytest.raises(MorningError, match="abacus"):
        perspectives.content(source, tmp_path, visual="abacus")


@pytest.mark.parametrize(
    ("texts", "tried"),
    [
        (["red shoe", "red shoe", "red shoe", "blue", "blue", "blue"], [3]),
        ([f"{chr(97 + i % 20) * 4}" for i in range(80)], [6, 9, 12, 15, 18]),
    ],
)
def test_no_more_topics_than_words(texts, tried):
    documents = Documents.of(texts)
    assert perspectives._numbers(documents) == tried

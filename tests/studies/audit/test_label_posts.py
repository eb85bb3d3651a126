"""What label posts give away: in a world without structure, everything that is found."""

import pytest
from morning.dataset import Dataset
from morning.evaluation import mark_validation, official_task
from morning.features import FeatureSet
from morning.features.featureset import account_table
from morning.features.posts import Posts
from morning.features.topics import TopicOptions, topic_block
from morning.report.audit import labelled
from morning.sources import demo
from morning.sources.source import Source
from morning.studies.audit.label_posts import given_away
from toys.audited import subject_of
from toys.vectors import checkerboard


def world(folder, **options):
    """A world in which nobody chooses a partner for a reason."""
    made = demo.generate(folder, structure=0.0, audience=0, picture_size=16, **options)
    source = Source("demo", mark_validation(made, 0.2), planted=True)
    block, _ = topic_block(Posts.own(made), TopicOptions(topics=12))
    accounts, pairs = account_table(source.dataset), made.collaborations
    features = FeatureSet(accounts, pairs, {"content_topics": block.values}, source="demo")
    return subject_of(features.validate()), source


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    return world(tmp_path_factory.mktemp("leaky") / "world", seed=7)


def test_without_label_posts_nothing_is_found(leaky):
    found = given_away(*leaky)
    whole, some = found.rows[:2]
    assert whole["auc"] > 0.6
    low, high = some["ci95"]["auc"]
    assert low < 0.5 < high
    assert some["difference"]["auc"]["value"] == pytest.approx(whole["auc"] - some["auc"])
    assert some["difference"]["auc"]["ci95"][0] > 0
    assert found.named == len(leaky[1].dataset.collaborations)
    assert found.posts == 460 * 12


def test_the_section_says_it(leaky):
    section = labelled(*leaky)
    assert "posts of 5,520 name a partner of their author. With them, AUC by topics" in section.text
    assert {row["part"] for row in section.rows} == {"label posts"}
    assert [row["method"] for row in section.rows] == [
        "topics of content alone, all posts",
        "topics of content alone, topics without label posts",
        "all blocks, all posts",
        "all blocks, topics without label posts",
    ]
    assert len(section.tables) == 2
    assert official_task(leaky[0].features).brands.size > 20


def test_nothing_to_drop(tmp_path):
    section = labelled(*world(tmp_path / "world", brands=24, influencers=60, announced=0.0))
    assert (
        section.text == "0 posts of 1,008 name a partner of their author. There is nothing to drop."
    )
    assert not section.rows


def test_vectors_without_posts():
    board = checkerboard()
    subject = subject_of(board)
    source = Source("board", Dataset(board.accounts, board.collaborations), board)
    assert given_away(subject, source) is None
    assert labelled(subject, source).text.startswith("It cannot be measured here")

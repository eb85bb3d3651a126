"""Cards hold what people bring: nothing of it becomes markup, and no handle is shown."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.evaluation import official_task
from morning.features import FeatureSet
from morning.features.documents import Documents
from morning.features.featureset import account_table
from morning.features.topics import TopicModel, TopicOptions
from morning.report.accounts import Accounts
from morning.report.cards import brand_card, campaign_cards, case_cards, ranked_cards
from morning.run import Run
from morning.sources import Source
from morning.studies.campaigns import announcement
from morning.studies.cases import find_cases
from PIL import Image
from toys.audited import Known
from toys.folders import tables
from toys.pictures import paint

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)> </style> $x^2$ &amp; {{ 1 }}'
TAGS = {"div", "style", "article", "header", "span", "p", "figure", "figcaption", "img", "strong"}
ATTRIBUTES = {"class", "style", "src", "alt", "dir"}


class Markup(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.pictures, self.text = set(), set(), [], []
        self.feed(page.data)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.pictures += [dict(attrs)["src"]] if tag == "img" else []
        self.text += [value for name, value in attrs if name == "alt"]

    def handle_data(self, data):
        self.text.append(data)


def world(root=None, **columns):
    """Return four brands and eight influencers with two posts each, changed by column."""
    parts = tables()
    parts["accounts"]["split"] = ["train", "train", "test", "test", *[None] * 8]
    for name, values in columns.items():
        parts["accounts" if name in parts["accounts"] else "posts"][name] = values
    return Dataset(**{k: table.copy() for k, table in parts.items()}, root=root).validate()


def open_accounts(data, tmp_path, blocks=None, **about):
    rng = np.random.default_rng(0)
    blocks = blocks or {"content_topics": rng.dirichlet(np.ones(3), 12).astype(np.float32)}
    made = about.pop("made", {})
    features = FeatureSet(account_table(data), data.collaborations, blocks, made=made).validate()
    return Accounts.of(Source("folder", data, **about), features, Run(tmp_path / "run"))


def cards_of(accounts, brand="b2"):
    """Return the brand's card, those of its cases, and the campaign's."""
    features = accounts.features
    scores = np.random.default_rng(0).random((12, 12))
    study = find_cases(features, official_task(features), [Known(scores)], brand)
    found = announcement(accounts.dataset, brand)
    ranking = pd.DataFrame({"influencer_id": accounts.dataset.accounts["account_id"].iloc[4:7]})
    return (
        brand_card(accounts, study.brand, study.partners, study.candidates),
        case_cards(study, accounts),
        campaign_cards(found, accounts),
        ranked_cards(
            accounts, ranking.assign(rank=range(1, 4)), [ranking["influencer_id"].iloc[1]]
        ),
    )


def test_text_of_the_data_never_becomes_markup(tmp_path):
    data = world(caption=f"@b2 {EVIL}", biography=EVIL, category=[EVIL] * 4 + [None] * 8)
    renamed = {f"i{k}": f"i{k}<b>" for k in range(8)} | {"b2": "b2"}
    for table, column in (
        (data.accounts, "account_id"),
        (data.posts, "account_id"),
        (data.collaborations, "influencer_id"),
    ):
        table[column] = table[column].replace(renamed)
    for about in ({}, {"planted": True}):
        for page in cards_of(open_accounts(data, tmp_path, **about)):
            found = Markup(page)
            assert found.tags <= TAGS
            assert found.attributes <= ATTRIBUTES
            assert all(src.startswith("data:image/") for src in found.pictures)
            assert "<script" not in page.data
            assert page.data.count("</style>") == 1
            assert "mathjax_ignore" in page.data
            assert any("<script>alert(1)</script>" in text for text in found.text)


def test_broken_missing_and_huge_pictures_are_boxes_with_a_reason(tmp_path, monkeypatch):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    Image.new("RGB", (300, 200), "red").save(tmp_path / "good.jpg")
    paint(tmp_path, "huge.png", "blue", (640, 640))
    monkeypatch.setattr("morning.features.visual.pictures.MAX_PIXELS", 100_000)
    images = ["broken.jpg", "good.jpg", "huge.png", "gone.jpg"]
    data = world(tmp_path)
    posts = data.posts.head(4).assign(account_id="b2", image=images)
    accounts = open_accounts(replace(data, posts=posts), tmp_path)
    found = Markup(cards_of(accounts)[0])
    assert len(found.pictures) == 1
    said = "\n".join(found.text)
    for reason in ("cannot be decoded", "more than 100,000 pixels", "no such file"):
        assert reason in said
    assert "broken" not in said  # names of files may be handles
    (shown,) = [post.picture for post in accounts.shown("b2") if post.picture]
    assert max(shown.size) == 160


def test_nothing_outside_the_folder_is_shown(tmp_path):
    (tmp_path / "data").mkdir()
    paint(tmp_path, "secret.png", "red")
    data = world(tmp_path / "data")
    posts = data.posts.assign(image="../secret.png")
    for page in cards_of(open_accounts(replace(data, posts=posts), tmp_path)):
        assert not Markup(page).pictures


def test_no_handle_of_own_data_is_on_a_page(tmp_path):
    handles = {f"i{k}": f"sweet.anna{k}" for k in range(8)}
    data = world(caption="with @sweet.anna4, @stranger_5 and @b2", biography="sweet.anna4 | baker")
    for table, column in (
        (data.accounts, "account_id"),
        (data.posts, "account_id"),
        (data.collaborations, "influencer_id"),
    ):
        table[column] = table[column].replace(handles)
    pages = cards_of(open_accounts(data, tmp_path))
    assert not any(re.search("anna|stranger", page.data) for page in pages)
    assert "influencer-0005" in pages[1].data
    assert "with @influencer-0005, @… and @b2" in pages[2].data
    shown = cards_of(open_accounts(data, tmp_path, planted=True))
    assert "sweet.anna4" in shown[1].data


def test_posts_with_most_likes_and_comments_and_a_picture_come_first(tmp_path):
    data = world(tmp_path)
    paint(tmp_path, "p.png", "red")
    posts = data.posts.head(6).assign(
        account_id="b2",
        caption=list("abcdef"),
        likes=pd.array([1, 9, None, 5, 7, 8], "Int64"),
        comments=pd.array([0, 0, 20, 0, None, 0], "Int64"),
        image=["p.png", None, "p.png", "p.png", None, None],
    )
    accounts = open_accounts(replace(data, posts=posts), tmp_path)
    shown = accounts.shown("b2")
    assert [post.caption for post in shown] == ["c", "d", "a", "b"]
    assert (shown[0].likes, shown[0].comments, shown[3].trouble) == (None, 20, "no picture")
    assert accounts.shown("b1") == []


def test_clouds_of_what_a_run_learnt(tmp_path):
    data = world()
    run = Run(tmp_path / "run")
    options = TopicOptions(topics=2, passes=1, min_count=1, max_share=1)
    model = TopicModel.fit(Documents.of(["oven pizza", "wheel engine"] * 4), options)
    model.save(run.prepared / "content_topics")
    topics = np.tile(np.float32([0.9, 0.1]), (12, 1))
    visual = np.tile(np.float32([0.9, 0.1, 0.5, 0.5]), (12, 1))
    made = {"content_visual": {"labels": list("abcd"), "objects": {"classes": 2}}}
    blocks = {"content_visual": visual, "content_topics": topics, "audience_visual": visual}
    accounts = open_accounts(data, tmp_path, blocks, made=made)
    pictures, captions, audience = accounts.portrait(0).views
    assert [view.name for view in (captions, audience)] == ["ACT", "AUI"]
    assert pictures.words == ["a", "b"]
    assert pictures.cloud is not None
    assert captions.cloud is not None
    assert audience.cloud is None
    assert "nothing says what the columns" in audience.missing
    pages = [page.data for page in cards_of(accounts)]
    assert len(Markup(cards_of(accounts)[0]).pictures) == 2
    assert pages[0] == cards_of(accounts)[0].data
    assert "The data have no vector for AUT." in pages[0]


def test_data_without_posts(tmp_path):
    data = world()
    alone = Dataset(data.accounts.assign(biography=None), data.collaborations).validate()
    accounts = open_accounts(alone, tmp_path)
    profile = accounts.portrait(2)
    assert profile.posts == []
    said = " ".join(profile.missing)
    for sentence in ("no biography", "no attributes", "no posts, only vectors", "no vector for"):
        assert sentence in said
    (topics,) = profile.views
    assert list(topics.shares.values()) == sorted(topics.shares.values(), reverse=True)
    assert sum(topics.shares.values()) == pytest.approx(1)
    brand, cases, campaign, _ = cards_of(accounts)
    assert "2 partners among" in brand.data
    assert "food" in brand.data
    assert re.search(r"topic [123]: \d+%", cases.data)
    assert "No post of the data names a partner" in campaign.data


def test_whom_an_influencer_worked_with(tmp_path):
    data = world()
    data.collaborations.loc[len(data.collaborations)] = ["b1", "i0"]
    data.collaborations.loc[len(data.collaborations)] = ["b2", "i0"]  # a test brand: not told
    accounts = open_accounts(data, tmp_path)
    known = [accounts.portrait(row).known_for for row in (0, 4, 8)]
    assert known == ["food", "worked with training brands of: food, travel", ""]


def test_the_audience_of_a_campaign_is_the_author_s(tmp_path):
    data = world()
    data.posts["caption"] = data.posts["caption"].mask(data.posts["account_id"] == "b2", "hi @i4")
    accounts = open_accounts(data, tmp_path)
    said = " ".join(Markup(cards_of(accounts)[2]).text)
    assert "the post b2" in said
    assert "the audience of b2 12,000 followers" in said
    assert "hi @influencer-0005" in said


def test_partners_are_marked_in_a_ranking(tmp_path):
    accounts = open_accounts(world(), tmp_path)
    ranking = pd.DataFrame({"influencer_id": ["i3", "i0"], "rank": [1, 2]})
    page = ranked_cards(accounts, ranking, {"i0"}).data
    assert page.count('class="partner"') == page.count('class="role"') == 1
    first, second = (accounts.names.shown[name] for name in ("i3", "i0"))
    assert page.index(first) < page.index('class="partner"') < page.index(second)


def test_a_long_text_is_shortened_between_words_and_says_so(tmp_path):
    data = world(biography="word " * 200)
    (card, *_) = cards_of(open_accounts(data, tmp_path))
    assert "word word (shortened)" in card.data

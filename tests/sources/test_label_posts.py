"""Posts that name a partner: found by handle or id, from either side, and nothing else."""

import pandas as pd
import pytest
from morning.dataset import Dataset, empty_table
from morning.errors import MorningError
from morning.sources import load
from morning.sources.label_posts import label_posts
from morning.sources.source import Source


def dataset(*captions, author="anna.b"):
    accounts = pd.DataFrame(
        [(name, "brand") for name in ("Nike", "brand-auto-1", "rival")]
        + [(name, "influencer") for name in ("anna.b", "ben", "Zoë")],
        columns=["account_id", "role"],
    )
    accounts.loc[:2, ["category", "split"]] = ["sports", "train"]
    posts = pd.DataFrame({"caption": captions, "account_id": author})
    posts["post_id"] = [f"p{i}" for i in range(len(posts))]
    pairs = [("Nike", "anna.b"), ("brand-auto-1", "anna.b"), ("Nike", "Zoë"), ("rival", "ben")]
    return Dataset(
        accounts=accounts.reindex(columns=empty_table("accounts").columns),
        posts=posts.reindex(columns=empty_table("posts").columns),
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
    ).validate()


@pytest.mark.parametrize(
    ("caption", "author", "found"),
    [
        ("new shoes by @nike!", "anna.b", True),
        ("@NIKE.", "anna.b", True),
        ("＠nike", "anna.b", True),
        ("out with @brand-auto-1.", "anna.b", True),
        ("out with @brand-auto-12", "anna.b", False),
        ("@rival is no partner of mine", "anna.b", False),
        ("@ben is a friend", "anna.b", False),
        ("@anna.b runs", "Nike", True),
        ("@zoë runs", "Nike", True),
        ("@ben runs", "Nike", False),
        ("@nike", "ben", False),
        ("write to me@nike", "anna.b", False),
        ("nike, without a sign", "anna.b", False),
        ("friends: @ben, @rival and @nike", "anna.b", True),
        ("", "anna.b", False),
        (None, "anna.b", False),
    ],
)
def test_who_is_named(caption, author, found):
    assert label_posts(dataset(caption, author=author)).tolist() == [found]


def test_a_row_per_post():
    assert label_posts(dataset("@nike @nike", "hello", "@nike")).tolist() == [True, False, True]
    assert label_posts(dataset()).tolist() == []


def test_a_source_without_them():
    source = Source("mine", dataset("@nike", "hello", "@rival"))
    kept = source.without_label_posts().dataset
    assert kept.posts["post_id"].tolist() == ["p1", "p2"]
    assert kept.collaborations.equals(source.dataset.collaborations)
    kept.validate()


def test_the_switch(tmp_path):
    dataset("@nike", "hello").save(tmp_path / "mine")
    assert len(load(tmp_path / "mine").dataset.posts) == 2
    assert len(load(tmp_path / "mine", label_posts="drop").dataset.posts) == 1
    with pytest.raises(MorningError, match="label_posts is 'never', not one of keep, drop"):
        load(tmp_path / "mine", label_posts="never")

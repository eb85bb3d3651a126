"""Layouts that users describe themselves."""

import json

import pandas as pd
import pytest
from morning.errors import MorningError
from morning.importing import import_folder
from morning.importing.mapping import read_mapping

MAPPING = """
post:
  post_id: media.pk
  account_id: [media.user.name, media.owner]
  caption: media.text
  likes: stats.like_count
  tagged: media.usertags.name
account:
  account_id: media.user.name
  followers: media.user.fans
"""


def test_fields_are_found_at_their_paths(tmp_path):
    (tmp_path / "map.yaml").write_text(MAPPING)
    media = {"pk": 1, "text": "x", "user": {"name": "acme", "fans": 3}, "usertags": [{"name": "a"}]}
    other = {"pk": 2, "text": "y", "owner": "a"}
    records = [{"media": media, "stats": {"like_count": 4}}, {"media": other}]
    (tmp_path / "x.json").write_text(json.dumps({"items": records}))
    layout = read_mapping(tmp_path / "map.yaml")
    import_folder([tmp_path / "x.json"], tmp_path / "d", {"acme": "food"}, layouts=[layout])
    posts = pd.read_csv(tmp_path / "d" / "posts.csv")
    assert posts[["post_id", "account_id"]].to_numpy().tolist() == [[1, "acme"], [2, "a"]]
    assert posts["likes"][0] == 4
    assert pd.read_csv(tmp_path / "d" / "collaborations.csv").to_numpy().tolist() == [["acme", "a"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("post: {post_id: a}", "needs account_id"),
        ("post: {post_id: a, account_id: b, colour: c}", "has no colour"),
        ("posts: x", "needs `post` or `account`"),
        ("post: {post_id: a, account_id: b}\nextra: 1", "extra is unknown"),
        ("post: [a]", "must name fields"),
        ("{", "cannot be read as YAML"),
        ("a: &a [x, x]\npost: {post_id: *a, account_id: *a}", "has an alias"),
        ("[" * 30_000, "nested more than 10 deep"),
        ("post: {post_id: {a: b}, account_id: c}", "needs paths such as"),
        ("#" * 100_000, "must have at most 65,536 bytes"),
        ("!!python/object/apply:os.system ['true']", "cannot be read as YAML"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(MorningError, match=said):
        read_mapping(tmp_path / "map.yaml")

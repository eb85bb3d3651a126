"""What is known of influencers beside their vectors."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.recommend.candidates import candidates, read_candidates


def dataset(followers, likes, comments, captions=None, **further):
    """Return influencers with one post each."""
    n = len(followers)
    ids = [f"m{i}" for i in range(n)]
    accounts = pd.DataFrame(
        {
            "account_id": ["acme", *ids],
            "role": ["brand", *["influencer"] * n],
            "category": ["food", *[None] * n],
            "split": ["train", *[None] * n],
            "followers": [None, *followers],
            **{name: [None, *values] for name, values in further.items()},
        }
    )
    posts = pd.DataFrame(
        {
            "post_id": ids,
            "account_id": ids,
            "likes": likes,
            "comments": comments,
            "caption": captions or [None] * n,
        }
    )
    pairs = pd.DataFrame({"brand_id": ["acme"], "influencer_id": [ids[0]]})
    return Dataset(accounts, pairs, posts).validate()


def test_known_numbers():
    spoken = ["The bread of our bakery is fresh every morning", None]
    found = candidates(
        dataset([1000, None], [40, 10], [10, None], spoken, cost=[5.5, None])
    ).set_index("influencer_id")
    assert list(found.index) == ["m0", "m1"]
    first, second = found.loc["m0"], found.loc["m1"]
    assert (first["engagement"], first["comments_per_like"]) == (0.05, 0.25)
    assert (first["posts"], first["language"], first["cost"]) == (1, "en", 5.5)
    assert pd.isna(second[["followers", "engagement", "comments_per_like", "language"]]).all()
    assert not found["suspicious"].any()  # too few to compare with


def test_an_account_without_posts():
    data = dataset([100, 200], [1, 2], [1, 2])
    data.posts = data.posts[:1]
    found = candidates(data).set_index("influencer_id")
    assert found.loc["m1", "posts"] == 0
    assert pd.isna(found.loc["m1", "engagement"])


@pytest.mark.parametrize("column", ["likes", "comments"])
def test_who_stands_out_is_marked(column):
    rng = np.random.default_rng(0)
    followers = rng.integers(1_000, 100_000, 60)
    likes = followers**0.8 * rng.lognormal(0, 0.2, 60)
    comments = likes * 0.05 * rng.lognormal(0, 0.2, 60)
    numbers = {"likes": likes, "comments": comments}
    numbers[column][7] *= 40
    rounded = {name: np.round(values) + 1 for name, values in numbers.items()}
    found = candidates(dataset(followers.tolist(), **{n: v.tolist() for n, v in rounded.items()}))
    assert found.loc[found["suspicious"], "influencer_id"].tolist() == ["m7"]


def test_all_alike_nobody_is_marked():
    assert not candidates(dataset([1000] * 30, [10] * 30, [1] * 30))["suspicious"].any()


def test_a_column_called_as_one_of_a_ranking_is_renamed():
    known = dataset([10.0], [1], [1])
    table = candidates(replace(known, accounts=known.accounts.assign(score=1.0, rank=2, good=True)))
    assert {"account_score", "account_rank", "good"} <= set(table)
    assert not {"score", "rank"} & set(table)


@pytest.mark.parametrize("table", [{"a": [1]}, {"influencer_id": ["a", "a"]}])
def test_a_table_of_something_else_is_refused(tmp_path, table):
    pd.DataFrame(table).to_parquet(tmp_path / "candidates.parquet")
    with pytest.raises(MorningError, match="make the run again"):
        read_candidates(tmp_path / "candidates.parquet")

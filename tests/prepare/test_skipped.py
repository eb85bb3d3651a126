"""Pictures that could not be used: counted for everybody, listed for their owner."""

import numpy as np
import pandas as pd
import pytest
from morning.features.block import Block
from morning.features.posts import Posts
from morning.prepare.skipped import COLUMNS, skipped_posts, skipped_sentence, write_skipped


@pytest.fixture
def posts():
    table = pd.DataFrame(
        {
            "post_id": ["p0", "p1", "p2", "p3"],
            "image": ["anna/a.jpg", None, "anna/b.jpg", "anna/a.jpg"],
        }
    )
    rows = np.array([0, 1, 2, 3, 3])  # the last stands for two accounts
    return Posts(table, rows, np.array([0, 0, 0, 0, 1]), pd.DataFrame(), np.zeros(2, bool), None)


@pytest.fixture
def block():
    skipped = (("anna/a.jpg", "cannot be decoded (a.jpg is cut)"), ("gone.jpg", "no such file"))
    return Block(np.zeros((2, 3)), {}, {"pictures": 1300}, skipped)


def test_every_post_with_its_reason_once(posts, block):
    found = skipped_posts(posts, block)
    reason = "cannot be decoded (a.jpg is cut)"
    assert found.to_numpy().tolist() == [["p0", "anna/a.jpg", reason], ["p3", "anna/a.jpg", reason]]


def test_the_sentence_names_nobody(block):
    assert skipped_sentence(block, "list.csv") == (
        "2 of 1,300 pictures could not be used: 1 cannot be decoded, 1 no such file; listed in "
        "`list.csv`."
    )


def test_the_list_appears_whole_and_also_where_it_is_empty(posts, block, tmp_path):
    path = tmp_path / "blocks" / "list.csv"
    write_skipped(path, None)
    assert path.read_text() == "post_id,image,reason\n"
    write_skipped(path, skipped_posts(posts, block))
    assert pd.read_csv(path).columns.tolist() == list(COLUMNS)
    assert len(pd.read_csv(path)) == 2
    assert [p.name for p in path.parent.iterdir()] == ["list.csv"]

"""What a run starts from."""

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.sources import Source


@pytest.mark.parametrize(
    ("images", "expected"),
    [([], False), ([None, None], False), (["", None], False), ([None, "a.jpg"], True)],
)
def test_pictures_are_there_where_a_post_names_one(images, expected):
    posts = pd.DataFrame({"image": pd.Series(images, dtype="str")})
    source = Source("mine", Dataset(pd.DataFrame(), pd.DataFrame(), posts=posts))
    assert source.has_pictures is expected
    assert source.has_posts is (len(images) > 0)

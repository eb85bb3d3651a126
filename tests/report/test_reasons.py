"""Reasons in words."""

import pandas as pd
import pytest
from morning.recommend.reasons import PAIR, POPULARITY, WHOLE
from morning.report.reasons import in_words, summary

COLUMNS = ["part", "block", "what", "how", "contribution", "average"]
NOBODY = pd.DataFrame({"brand_id": [], "influencer_id": []})


def reasons(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def words(*rows, met=lambda *_: NOBODY, **options):
    return in_words(reasons(*rows), met, **options)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("f", "content_topics", "oven, bread", "similarity"), "Both write about oven, bread"),
        (("f", "content_visual", "living_room", "similarity"), "Both show living room"),
        (("g", "audience_topics", "oven", "similarity"), "Both audiences write about oven"),
        (("g", "audience_visual", "dog", "similarity"), "Both audiences show dog"),
        (("h", "attribute", WHOLE, "similarity"), "The attributes are more alike than on average"),
        (("h", "attribute", WHOLE, "association"), "Brands like this one often choose such attrib"),
        (("popularity", "", POPULARITY, ""), "Near to fewer brands than others are"),
    ],
)
def test_each_kind_of_reason_has_its_sentence(row, said):
    ((sentence,), against) = words((*row, 0.5, 0.2))
    assert sentence.startswith(said)
    assert sentence.endswith("(+0.30)")
    assert against == []
    (for_it, (other,)) = words((*row, 0.2, 0.5))
    assert for_it == []
    assert other.endswith("(-0.30)")
    assert other != sentence.replace("+", "-")


def test_a_pair_of_attributes_names_the_collaborations_behind_it():
    asked = []

    def met(*pair):
        asked.append(pair)
        return pd.DataFrame({"brand_id": ["b1", "b1", "b2"], "influencer_id": ["m", "n", "m"]})

    row = ("h", "attribute", f"ice-cream{PAIR}travel", "similarity", 0.5, 0.0)
    ((sentence,), _) = words(row, met=met)
    assert asked == [("ice-cream", "travel")]
    assert sentence == (
        "The brand is about ice cream, the influencer about travel, which go together: "
        "in 3 past collaborations (2 brands, such as b1) (+0.50)"
    )
    words(("h", "attribute", "food", "similarity", 0.5, 0.0), met=met)
    assert asked[1:] == [("food", "food")]


def test_the_weightiest_come_first_and_no_more_than_asked_for():
    rows = [("f", "content_visual", f"thing {i}", "similarity", i / 10, 0.25) for i in range(6)]
    for_it, against_it = words(*rows, top=2, against=1)
    assert for_it == ["Both show thing 5 (+0.25)", "Both show thing 4 (+0.15)"]
    assert against_it == ["Less than on average, both show thing 0 (-0.25)"]


def test_associations_of_a_block_are_one_reason():
    rows = [("f", "content_visual", f"thing {i}", "association", 0.1, 0.0) for i in range(3)]
    assert words(*rows) == (["Brands like this one often choose such pictures (+0.30)"], [])


def test_the_summary_adds_up():
    table = summary(
        reasons(
            ("popularity", "", POPULARITY, "", -1.0, -0.5),
            ("h", "attribute", "food", "similarity", 0.5, 0.1),
            ("f", "content_topics", "oven", "similarity", 2.0, 1.0),
            ("f", "content_topics", "oven", "association", 0.25, 0.0),
        )
    )
    assert table.index.tolist() == ["content topics", "attribute", POPULARITY, "score"]
    assert table["contribution"].tolist() == [2.25, 0.5, -1.0, 1.75]
    assert table.loc["score", "ahead"] == pytest.approx(1.15)

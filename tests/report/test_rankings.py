"""Rankings leave the book as text."""

import json

import numpy as np
import pandas as pd
from morning.report.rankings import WORTH, to_csv, to_json, to_text

RANKING = pd.DataFrame(
    {
        "influencer_id": ["ann", "007"],
        "rank": [1, 12],
        "score": [1.23456, -0.5],
        "chance": [0.512, 0.004],
        "chance_low": [0.4, np.nan],
        "chance_high": [0.62, np.nan],
    }
)


def test_a_table_says_what_a_rank_is_worth():
    head, first, second = to_text(RANKING).splitlines()
    assert head.split(maxsplit=3) == ["influencer_id", "rank", "score", WORTH]
    assert first.split(maxsplit=3) == ["ann", "1", "1.23", "51 (40 to 62)"]
    assert second.split(maxsplit=3) == ["007", "12", "-0.50", "0.4"]


def test_no_cell_of_a_csv_is_a_formula():
    table = pd.DataFrame({"influencer_id": ["=1+1", "@x", "a=b"], "score": [-1.5, 2, 3]})
    lines = to_csv(table).splitlines()
    assert lines[1:] == ["'=1+1,-1.5", "'@x,2.0", "a=b,3.0"]


def test_a_table_of_what_has_no_worth():
    assert WORTH not in to_text(RANKING[["influencer_id", "score"]])


def test_csv_has_numbers_in_full():
    assert to_csv(RANKING).splitlines()[1] == "ann,1,1.23456,0.512,0.4,0.62"


def test_json_has_null_for_no_number():
    rows = json.loads(to_json(RANKING))
    assert rows[0] == {"influencer_id": "ann", "rank": 1, "score": 1.23456, "chance": 0.512,
                       "chance_low": 0.4, "chance_high": 0.62}  # fmt: skip
    assert rows[1]["chance_low"] is None

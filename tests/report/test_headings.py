"""How values of metrics are written."""

import pytest
from morning.evaluation import METRICS
from morning.report.headings import (
    FIRST_METRICS,
    HEADINGS,
    PAPER_METRICS,
    digits,
    estimated,
    headings,
    number,
    spread,
)


@pytest.mark.parametrize(
    ("value", "metric", "written"),
    [
        (0.12345, "auc", "0.123"),
        (0.0, "map", "0.000"),
        (None, "auc", "–"),
        (None, "medr", "–"),
        (4.0, "medr", "4.0"),
        (10.5, "medr", "10.5"),
        (0.04, "medr", "0.0"),
    ],
)
def test_numbers(value, metric, written):
    assert number(value, metric) == written


def test_metrics_of_the_paper():
    assert PAPER_METRICS == tuple(m for m in METRICS if not m.endswith("_clean")) == tuple(HEADINGS)
    assert {m for m in METRICS if digits(m) != 3} == {"medr"}


def test_arrows_point_to_the_better():
    assert headings(["auc", "medr"]) == {"auc": "AUC ↑", "medr": "MedR ↓"}
    assert headings(PAPER_METRICS)["recall@10"] == "R@10 ↑"
    assert set(FIRST_METRICS) <= set(PAPER_METRICS)


def test_intervals_and_spreads_stand_in_one_line():
    row = {"auc": 0.5, "medr": 2, "map": None, "ci95": {"auc": [0.4, 0.612], "medr": None}}
    written = [estimated(row, metric) for metric in ("auc", "medr", "map")]
    assert written == ["0.500 [0.400,\u00a00.612]", "2.0", "–"]
    assert spread(0.02, 0.003, "auc", sign="+") == "+0.020 ±\u00a00.003"
    assert (spread(7.0, None, "medr"), spread(None, 0.1, "auc")) == ("7.0", "–")

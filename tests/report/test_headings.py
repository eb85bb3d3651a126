"""How values of metrics are written."""

import pytest
from morning.evaluation import METRICS
from morning.report.headings import HEADINGS, PAPER_METRICS, digits, number


@pytest.mark.parametrize(
    ("value", "metric", "written"),
    [
        (0.12345, "auc", "0.123"),
        (0.0, "map", "0.000"),
        (None, "auc", "–"),
        (None, "medr", "–"),
        (4.0, "medr", "4"),
        (10.5, "medr", "10.5"),
        (0.04, "medr", "0"),
    ],
)
def test_numbers(value, metric, written):
    assert number(value, metric) == written


def test_metrics_of_the_paper():
    assert PAPER_METRICS == tuple(m for m in METRICS if not m.endswith("_clean")) == tuple(HEADINGS)
    assert {m for m in METRICS if digits(m) != 3} == {"medr"}

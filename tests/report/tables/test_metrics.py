"""Metrics without intervals: headings with their arrows, digits by metric."""

import numpy as np
from morning.report.tables.metrics import without_intervals


def test_a_row_for_every_ranking_and_digits_by_metric():
    found = {"lot": {"auc": 0.5, "medr": 12.25}, "<b>": {"auc": np.nan, "medr": 1.0}}
    shown = without_intervals(found, ("auc", "medr"))
    assert list(shown.data) == ["AUC ↑", "MedR ↓"]
    assert list(shown.data.index) == ["lot", "<b>"]
    page = shown.to_html()
    assert "0.500" in page
    assert "12.2" in page
    assert "–" in page
    assert "<b>" not in page


def test_nothing_found_is_an_empty_table():
    assert list(without_intervals({}, ("map",)).data) == ["MAP ↑"]

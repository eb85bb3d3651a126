"""Which of two methods is ahead."""

import numpy as np
import pytest
from morning.evaluation import brand_statistics
from morning.evaluation.significance import paired_differences
from morning.report.sentences.comparison import lead
from toys.tasks import make_task, metrics_of


@pytest.fixture
def measured():
    rng = np.random.default_rng(0)
    on = make_task(rng.random((24, 15)) < 0.3, list("aabbccdd" * 3))
    scores = {"good": on.positives + rng.random(on.positives.shape), "poor": rng.random((24, 15))}
    found = {
        name: [brand_statistics(matrix, on.positives, on.categories)]
        for name, matrix in scores.items()
    }
    return found, {name: metrics_of(matrix, on) for name, matrix in scores.items()}


def test_how_far_and_how_surely(measured):
    runs, values = measured
    text = lead(runs, "good", "poor", ["map"])
    ahead = values["good"]["map"] - values["poor"]["map"]
    found = paired_differences(runs, "good")["poor"]["map"]
    low, high = found.ci95
    assert found.p < 0.001
    assert text == (f"good minus poor: {ahead:+.3f} MAP ({low:+.3f} to {high:+.3f}, p < 0.001).")
    assert lead(runs, "poor", "good", ["map"]).startswith(f"poor minus good: {-ahead:+.3f} MAP")


def test_metrics_in_their_order_and_digits(measured):
    text = lead(measured[0], "good", "poor", ["medr", "map", "auc"])
    assert text.index("MAP (") < text.index("; ") < text.index("AUC (")
    assert "MedR" not in text  # a median has no interval


def test_nothing_to_say(measured):
    assert lead(measured[0], "good", "absent") == ""
    assert lead(measured[0], "absent", "poor") == ""
    alone = make_task([[1, 0]], ["a"])
    runs = [brand_statistics(np.ones((1, 2)), alone.positives, alone.categories)]
    assert lead({"a": runs, "b": runs}, "a", "b", ["cauc"]) == ""

"""The drawn metrics say what the library computes."""

import numpy as np
import pytest
from morning.evaluation import evaluate
from morning.report.figures.reading import drawn_metrics

PARTNERS, CATEGORY, N = [1, 4, 12], [1, 2, 4, 5, 9, 12], 12


@pytest.mark.filterwarnings("ignore:nothing to measure")
def test_what_is_written_is_what_is_measured():
    positives = np.isin(np.arange(1, N + 1), PARTNERS)[None, :]
    scores = -np.arange(N, dtype=float)[None, :]
    measured = evaluate(scores, positives, ["food"])
    figure = drawn_metrics(PARTNERS, CATEGORY, N)
    said = {axis.get_title("left"): axis.get_title("right") for axis in figure.axes}
    assert said["AUC"] == f"16 of 27 comparisons: {measured['auc_clean']:.3f}"
    assert said["R@10"].endswith(f"{measured['recall@10']:.3f}")
    assert said["MRR"].endswith(f"{measured['mrr']:.3f}")
    assert said["MAP"].endswith(f"{measured['map']:.3f}")
    assert said["MedR"].endswith(f" {measured['medr']:.0f}")


@pytest.mark.filterwarnings("ignore:nothing to measure")
def test_within_the_category_others_do_not_count():
    near = np.array(CATEGORY)
    positives = np.isin(near, PARTNERS)[None, :]
    measured = evaluate(-near[None, :].astype(float), positives, ["food"])
    figure = drawn_metrics(PARTNERS, CATEGORY, N)
    (said,) = [a.get_title("right") for a in figure.axes if a.get_title("left") == "cAUC"]
    assert said == f"5 of 9 comparisons: {measured['auc_clean']:.3f}"

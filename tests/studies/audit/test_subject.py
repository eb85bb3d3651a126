"""What is audited: models of several seeds on the official task."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation import METRICS, brand_statistics, official_task
from morning.evaluation.published import PUBLISHED
from toys.audited import shared, subject_of


def test_scores_statistics_and_row_are_of_the_same_models():
    features = shared()
    subject = subject_of(features, seeds=3)
    on = official_task(features)
    np.testing.assert_array_equal(subject.task.positives, on.positives)
    assert len(subject.models) == len(subject.scores) == len(subject.statistics) == 3
    for model, scores, found in zip(
        subject.models, subject.scores, subject.statistics, strict=True
    ):
        np.testing.assert_array_equal(scores, model.table[np.ix_(on.brands, on.influencers)])
        again = brand_statistics(scores, on.positives, on.categories)
        assert found.metrics() == again.metrics()
    for metric in METRICS:
        values = [found.metrics()[metric] for found in subject.statistics]
        assert subject.row[metric] == pytest.approx(np.mean(values))
        assert subject.row["sd"][metric] == pytest.approx(np.std(values, ddof=1))
    assert (subject.row["method"], subject.row["seeds"]) == ("MORNING", 3)


def test_the_paper_is_beside_its_own_data_alone():
    subject = subject_of(shared())
    assert (subject.table, subject.row["paper"]) == (None, None)
    public = subject_of(replace(shared(), source="public"))
    assert public.row["paper"] == PUBLISHED[public.table]["MORNING"]

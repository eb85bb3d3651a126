"""Table V: what the notebook shows is what the categories' rows say."""

from dataclasses import replace

import numpy as np
from morning.evaluation import METRICS, category_rows, official_task
from morning.evaluation.published import PUBLISHED
from morning.studies.categories import TABLE, category_breakdown
from morning.studies.trained import statistics
from toys.trainings import fit
from toys.vectors import checkerboard, tiny


def test_rows_of_the_categories_and_of_all(tmp_path):
    features = checkerboard()
    models = [fit(features, tiny(seed=s, epochs=2), tmp_path / str(s)) for s in range(2)]
    rows = category_breakdown(models, features)
    assert [row["method"] for row in rows] == ["category-0", "category-1", "all"]
    assert [row["brands"] for row in rows] == [4, 4, 8]
    assert {row["seeds"] for row in rows} == {2}
    assert all(row["blocks"] == ["content_topics", "attribute"] for row in rows)
    on = official_task(features)
    assert rows == category_rows(
        statistics(models, features, on), on.categories, blocks=list(features.blocks)
    )
    for metric in METRICS:
        assert np.isfinite(rows[-1][metric])


def test_the_paper_is_beside_the_public_data_alone(tmp_path):
    features = checkerboard()
    model = fit(features, tiny(epochs=1), tmp_path / "m")
    assert {row["paper"] is None for row in category_breakdown([model], features)} == {True}
    public = replace(features, source="public")
    assert category_breakdown([model], public)[-1]["paper"] == PUBLISHED[TABLE]["all"]

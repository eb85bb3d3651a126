"""Table V: what the notebook shows is what the categories' rows say."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation import (
    METRICS,
    BrandStatistics,
    brand_statistics,
    category_rows,
    official_task,
)
from morning.evaluation.published import PUBLISHED
from morning.studies.categories import TABLE, category_breakdown, explained_by_category
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


class TestExplained:
    @staticmethod
    def runs(values):
        n = len(values)
        first = brand_statistics(np.eye(n), np.eye(n, dtype=bool), ["a"] * n)
        return [BrandStatistics(first.hits, first.rows, first.values | {"map": values})]

    def test_is_the_share_of_an_analysis_of_variance(self):
        values = np.array([0.1, 0.3, 0.2, 0.6, 0.8, 0.7])
        share, p = explained_by_category(self.runs(values), np.array(list("aaabbb")), "map")
        between = 3 * (0.25**2) * 2  # both means lie 0.25 from the grand mean
        assert share == pytest.approx(between / ((values - values.mean()) ** 2).sum())
        assert p == pytest.approx(2 / 20, abs=0.03)  # two of twenty ways to deal explain as much

    def test_under_chance_p_is_uniform(self):
        rng = np.random.default_rng(0)
        categories = np.array(list("abcd" * 5))
        found = [
            explained_by_category(self.runs(rng.random(20)), categories, "map", permutations=99)[1]
            for _ in range(200)
        ]
        assert 0.02 < np.mean(np.array(found) <= 0.1) < 0.18

    def test_where_nothing_can_be_told(self):
        apart = np.array(["a", "b", "c"])
        assert explained_by_category(self.runs(np.array([0.1, 0.2, 0.3])), apart, "map") is None
        alike = self.runs(np.full(4, 0.5))
        assert explained_by_category(alike, np.array(list("aabb")), "map") is None

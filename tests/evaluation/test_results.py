"""Rows of results, their files, and the numbers of the paper."""

import json

import numpy as np
import pytest
from morning.evaluation import (
    METRICS,
    brand_statistics,
    category_rows,
    result_row,
)
from morning.evaluation.published import PUBLISHED
from morning.evaluation.results import differences
from morning.evaluation.uncertainty import difference, estimate

CATEGORIES = np.array(list("aaaabbbbbccd" * 2)[:-1])  # the last has one brand: no cAUC of its own


def run(seed: int):
    rng = np.random.default_rng(seed)
    positives = np.random.default_rng(9).random((23, 60)) < 0.15
    return brand_statistics(rng.random((23, 60)), positives, CATEGORIES)


class TestResultRow:
    def test_mean_and_spread_over_seeds(self):
        runs = [run(0), run(1), run(2)]
        row = result_row("full", runs, table="table4_ablations", blocks=["x"])
        assert row["method"] == "full"
        assert row["seeds"] == 3
        assert row["blocks"] == ["x"]
        assert row["paper"]["auc"] == 0.884
        for name in METRICS:
            values = [r.metrics()[name] for r in runs]
            assert row[name] == pytest.approx(np.mean(values))
            assert row["sd"][name] == pytest.approx(np.std(values, ddof=1))
            assert row["ci95"][name] == estimate(runs, name).share_interval()
        assert row["ci95"]["medr"] is None

    def test_one_seed_has_no_spread(self):
        row = result_row("mine", [run(0)])
        assert set(row["sd"].values()) == {None}
        assert row["paper"] is None

    @pytest.mark.parametrize(("method", "table"), [("mine", "table4_ablations"), ("full", "mine")])
    def test_what_the_paper_does_not_have(self, method, table):
        assert result_row(method, [run(0)], table=table)["paper"] is None

    def test_what_cannot_be_measured_is_null(self):
        alone = [run(0).take(CATEGORIES == "d"), run(1).take(CATEGORIES == "d")]
        row = result_row("d", alone)
        assert row["cauc"] is row["sd"]["cauc"] is row["ci95"]["cauc"] is None
        assert 0 <= row["auc"] <= 1
        json.dumps(row, allow_nan=False)


@pytest.fixture(scope="module")
def rows():
    return category_rows([run(0), run(1)], CATEGORIES, blocks=["x"])


class TestCategoryRows:
    def test_one_per_category_then_all(self, rows):
        assert [row["method"] for row in rows] == ["a", "b", "c", "d", "all"]
        assert [row["brands"] for row in rows] == [8, 10, 4, 1, 23]
        assert all(row["blocks"] == ["x"] for row in rows)

    @pytest.mark.parametrize("metric", ["auc", "cauc", "auc_clean", "cauc_clean"])
    def test_pooled_metrics_recombine_by_comparisons(self, rows, metric):
        *parts, whole = rows
        weights = [row["comparisons"][metric] for row in parts]
        assert sum(weights) == whole["comparisons"][metric]
        assert whole[metric] == pytest.approx(
            sum(w * row[metric] for w, row in zip(weights, parts, strict=True) if w) / sum(weights),
            abs=1e-12,
        )

    @pytest.mark.parametrize("metric", ["recall@10", "recall@50", "mrr", "map"])
    def test_means_recombine_by_brands(self, rows, metric):
        *parts, whole = rows
        total = sum(row["brands"] * row[metric] for row in parts)
        assert whole[metric] == pytest.approx(total / whole["brands"], abs=1e-12)

    def test_all_is_the_row_without_categories(self, rows):
        whole = result_row("all", [run(0), run(1)])
        assert {m: rows[-1][m] for m in METRICS} == {m: whole[m] for m in METRICS}


def test_rows_are_ready_for_json():
    row = result_row("full", [run(0)], table="table4_ablations")
    assert json.loads(json.dumps(row, allow_nan=False))["ci95"]["map"] == list(row["ci95"]["map"])


class TestPublished:
    def test_rows_and_metrics(self):
        released = [m for m in METRICS if not m.endswith("_clean")]
        for table in PUBLISHED.values():
            assert all(list(row) == released for row in table.values())
        variants = ["c-only", "au-only", "att-only", "c+au", "c+att", "au+att", "full"]
        assert list(PUBLISHED["table4_ablations"]) == variants
        assert len(PUBLISHED["table5_categories"]) == 13

    def test_table_v_gives_the_known_weighted_means(self):
        """D14: weighted by brands, Table V does not give its own last row."""
        table = dict(PUBLISHED["table5_categories"])
        whole = table.pop("all")
        assert whole == PUBLISHED["table3_baselines"]["MORNING"]
        weights = {c: 7 if c in ("airline", "auto") else 6 for c in table}
        assert sum(weights.values()) == 74
        found = {
            m: round(sum(weights[c] * row[m] for c, row in table.items()) / 74, 3)
            for m in ("recall@10", "recall@50", "mrr", "map")
        }
        assert found == {"recall@10": 0.206, "recall@50": 0.529, "mrr": 0.488, "map": 0.225}


@pytest.mark.mirror
def test_published_categories_are_those_of_the_benchmark(official):
    assert {*official.categories, "all"} == set(PUBLISHED["table5_categories"])


class TestDifferences:
    def found(self):
        return {"mine": [run(0), run(1)], "theirs": [run(2), run(3)]}

    def test_are_those_of_the_rows_with_the_paired_interval(self):
        found = self.found()
        (entry,) = differences(found, "mine").values()
        mine, theirs = (result_row(n, runs) for n, runs in found.items())
        assert list(entry) == list(METRICS)
        for metric, ahead in entry.items():
            assert ahead["value"] == pytest.approx(mine[metric] - theirs[metric])
            assert ahead["ci95"] == difference(*found.values(), metric).difference_interval()

    def test_p_values_where_asked(self):
        entry = differences(self.found(), "mine", p_values=True)["theirs"]["auc"]
        assert list(entry) == ["value", "ci95", "p", "p_holm"]
        assert 0 < entry["p"] == entry["p_holm"] <= 1

    def test_what_cannot_be_measured_is_null(self):
        lone = brand_statistics(np.array([[0.5]]), np.array([[True]]), np.array(["a"]))
        found = differences({"mine": [lone], "theirs": [lone]}, "mine", p_values=True)
        assert found["theirs"]["auc"] == dict.fromkeys(["value", "ci95", "p", "p_holm"])
        assert json.dumps(found, allow_nan=False)

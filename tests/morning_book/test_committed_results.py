"""The metrics that are committed are those that the code gives on the benchmark."""

import pytest
from morning.evaluation import METRICS, mark_validation, official_task
from morning.features.rivals.inputs import Inputs
from morning.files import read_json
from morning.models import profile, train_seeds
from morning.rankers import ranker
from morning.rankers.rand import expected_metrics
from morning.sources import public
from morning.studies.comparison import draw
from morning.studies.gap import EXPERIMENTS, read_experiments
from morning_book import RESULTS, evidence
from morning_book.publish import TABLES
from morning_book.stages import PUBLIC

DOCUMENT = read_json(PUBLIC)


def row_of(table, method):
    return next(row for row in DOCUMENT["tables"][table]["rows"] if row["method"] == method)


@pytest.fixture(scope="module")
def features(mirror):
    return mark_validation(public.load(mirror))


class TestAgainstAFreshRun:
    """Where the files of the benchmark are."""

    pytestmark = pytest.mark.mirror

    @pytest.mark.parametrize("method", ["cosine", "similarity", "MORNING-best", "ridge-bilinear"])
    def test_methods_that_take_moments(self, features, method):
        task, committed = official_task(features), row_of("table3_baselines", method)
        (found,) = draw(ranker(method), Inputs(features), task, 1)
        for metric, value in found.metrics().items():
            assert value == pytest.approx(committed[metric], abs=2e-3), metric

    def test_chance(self, features):
        expected, committed = expected_metrics(official_task(features)), row_of("audit", "RAND")
        for metric in ("recall@10", "recall@50", "mrr", "map"):
            assert expected[metric] == pytest.approx(committed[metric], abs=0.002)

    def test_a_training_begins_as_the_committed_one(self, features, tmp_path):
        recipe = profile(DOCUMENT["made"]["settings"]["profile"]).trained_with(epochs=2)
        (model,) = train_seeds(features, recipe, tmp_path, seeds=1, workers=1, progress=False)
        committed = DOCUMENT["curves"][0]["history"]
        for mine, theirs in zip(model.history, committed, strict=False):
            assert mine["data"] == pytest.approx(theirs["data"], rel=0.02)
            assert mine["validation"]["auc"] == pytest.approx(theirs["validation"]["auc"], abs=0.01)


class TestWhatIsThere:
    def test_every_table_is_of_the_benchmark(self):
        assert set(DOCUMENT["tables"]) == set(TABLES)
        for table in DOCUMENT["tables"].values():
            assert table["protocol"]["data"] == "public"
        protocol = DOCUMENT["tables"]["table3_baselines"]["protocol"]
        assert (protocol["brands"], protocol["candidates"]) == (74, 797)

    def test_settings_code_and_day_are_said(self):
        assert {"settings", "code", "date"} <= set(DOCUMENT["made"])
        assert "run" not in DOCUMENT["made"]["settings"]
        for rows in read_experiments(RESULTS).values():
            for row in rows:
                assert {"settings", "code", "date"} <= set(row["made"])

    def test_rows_have_every_metric_and_an_interval(self):
        for name, rows in read_experiments(RESULTS).items():
            assert name in EXPERIMENTS
            for row in rows:
                if "over_splits" not in row:
                    assert set(METRICS) <= set(row)
                    assert row["ci95"]["auc"][0] < row["auc"] < row["ci95"]["auc"][1]

    def test_the_page_reads_what_the_experiments_write(self):
        assert set(EXPERIMENTS) == set(evidence.EXPERIMENTS)

    def test_nobody_is_named(self):
        assert "influencer-0" not in "".join(p.read_text() for p in RESULTS.glob("*.json"))

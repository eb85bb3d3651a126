"""Rankings that know nothing, or categories alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.evaluation import METRICS, official_task
from morning.evaluation.published import PUBLISHED
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from morning.sources import public
from morning.studies.audit.controls import CONTROLS, control_rows, controls, position
from morning.studies.comparison import compare
from toys.audited import subject_of
from toys.vectors import checkerboard


def test_oracle_knows_categories_and_nothing_within(tmp_path):
    board = checkerboard(brands={"train": 4, "validation": 2, "test": 6})
    on = official_task(board)
    found = controls(board, on, tmp_path, chances=3, ties=40)
    assert tuple(found) == CONTROLS
    assert [len(found[name]) for name in CONTROLS] == [3, 1, 1, 40]
    oracle = [run.metrics() for run in found["category-oracle"]]
    # The other candidates of the category are those of one other group: half are partners.
    assert np.mean([m["cauc_clean"] for m in oracle]) == pytest.approx(0.5, abs=0.05)
    assert min(m["auc_clean"] for m in oracle) > 0.6


def test_without_predictor_where_there_is_one_category(tmp_path):
    board = checkerboard()
    board.accounts["category"] = board.accounts["category"].where(
        board.accounts["role"] != "brand", "food"
    )
    found = controls(board, official_task(board), tmp_path, chances=2, ties=2)
    assert "category-predictor" not in found


def test_position_of_a_printed_number():
    values = np.array([0.0104, 0.0121, 0.0119, 0.03])
    assert position(values, 0.012) == (1 + 0.5 * 2) / 4
    assert position(values, 0.5) == 1.0
    assert position(values, 0.0) == 0.0


def test_of_the_official_split(mirror, tmp_path):
    """Spec 2.5, within the standard deviations it gives."""
    features = public.load(mirror)
    on = official_task(features)
    found = controls(features, on, tmp_path, chances=2, ties=40)
    oracle = pd.DataFrame([run.metrics() for run in found["category-oracle"]]).mean()
    expected = {
        "auc": (0.963, 0.001),
        "cauc": (0.500, 0.010),
        "recall@10": (0.153, 0.012),
        "recall@50": (0.764, 0.014),
        "mrr": (0.360, 0.034),
        "map": (0.216, 0.008),
        "medr": (4.2, 0.6),
    }
    for metric, (value, sd) in expected.items():
        assert oracle[metric] == pytest.approx(value, abs=sd), metric
    similarity = found["similarity"][0].metrics()
    assert round(similarity["auc"], 3) == 0.849


def test_rows_are_what_was_measured():
    board = replace(checkerboard(), source="public")
    subject = subject_of(board)
    found = dict.fromkeys(("RAND", "similarity"), subject.statistics)
    rand, similarity = control_rows(found, subject.task, subject.table)
    assert {m: similarity[m] for m in METRICS} == {m: subject.row[m] for m in METRICS}
    assert rand["paper"] == PUBLISHED["table3_baselines"]["RAND"]
    assert control_rows(found, subject.task)[0]["paper"] is None


def test_chance_is_the_same_row_in_the_audit_and_in_the_comparison(tmp_path):
    board = checkerboard()
    on = official_task(board)
    known = controls(board, on, tmp_path / "controls", ties=2)
    audited = control_rows({"RAND": known["RAND"]}, on)[0]
    (compared,) = compare(Inputs(board), [ranker("RAND")], tmp_path / "compare", seeds=1)
    for part in (*METRICS, "ci95", "sd", "seeds"):
        assert audited[part] == compared[part], part

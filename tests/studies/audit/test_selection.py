"""Choosing the epoch: watched trainings, and what each choice would give."""

import pickle
from dataclasses import replace

import pytest
from morning.errors import MorningError
from morning.evaluation import METRICS, official_task
from morning.models import train_seeds
from morning.models.checkpoint import weights
from morning.studies.audit.selection import WatchTask, selection
from morning.studies.trained import statistics
from toys.vectors import tiny


def test_watching_changes_no_training(board, watched, tmp_path):
    plain = train_seeds(board, tiny(), tmp_path, seeds=2, workers=1, progress=False)
    for a, b in zip(plain, watched, strict=True):
        assert a.epoch == b.epoch
        ours, theirs = weights(a.model), weights(b.model)
        assert all((ours[name] == theirs[name]).all() for name in ours)


def test_what_was_watched_is_what_the_model_scores(board, watched):
    on = official_task(board)
    for model in watched:
        noted = model.chosen["watched"]
        found = statistics([model], board, on)[0].metrics()
        assert noted == pytest.approx(found)


def test_a_watch_reaches_a_worker(board, watched):
    sent = pickle.loads(pickle.dumps(WatchTask(board, official_task(board))))
    model = watched[0]
    assert sent(model.model) == model.chosen["watched"]


def test_rows_of_known_histories(watched):
    def entry(auc, rank, validation, ranked):
        watched_metrics = dict.fromkeys(METRICS, auc) | {"medr": rank}
        return {"watched": watched_metrics, "validation": {"auc": validation, "map": ranked}}

    model = replace(
        watched[0],
        epoch=1,
        history=[entry(0.6, 9.0, 0.9, 0.1), entry(0.8, 7.0, 0.5, 0.3), entry(0.7, 3.0, 0.4, None)],
    )
    found = selection([model])
    assert found["auc"].to_dict() == {
        "validation": 0.6,
        "validation MAP": 0.8,
        "validation MRR": 0.7,
        "last epoch": 0.7,
        "best test AUC": 0.8,
        "best of each metric": 0.8,
    }
    assert found["medr"].tolist() == [9.0, 7.0, 3.0, 3.0, 7.0, 3.0]
    assert found["epoch"].tolist()[:5] == [1.0, 2.0, 3.0, 3.0, 2.0]
    other = replace(model, epoch=2)
    assert selection([model, other]).loc["validation", "auc"] == pytest.approx(0.7)


def test_looking_never_loses(watched):
    found = selection(watched)
    assert (found.loc["best test AUC", "auc"] >= found["auc"].iloc[:2]).all()
    best, others = found.loc["best of each metric"], found.iloc[:3]
    for metric in METRICS:
        sign = -1 if metric == "medr" else 1
        assert (sign * best[metric] >= sign * others[metric] - 1e-12).all()


def test_a_training_that_nobody_watched(board, tmp_path):
    plain = train_seeds(board, tiny(), tmp_path, seeds=1, device="cpu", progress=False)
    with pytest.raises(MorningError, match="watch_seeds"):
        selection(plain)

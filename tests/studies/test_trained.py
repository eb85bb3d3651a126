"""One trained model in a run folder: whole or not at all, resumed, evaluated."""

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from morning.errors import MorningError
from morning.evaluation import METRICS, evaluate, official_task
from morning.features import FeatureSet
from morning.models import Best, load_seeds, train, training
from morning.models.checkpoint import weights
from morning.run import Run
from morning.studies import trained
from morning.studies.trained import evaluate_run, fit_run, statistics, train_run
from toys.faults import holding
from toys.vectors import checkerboard, tiny


def make(out, features=None, profile=None) -> Run:
    features = features or checkerboard()
    return train_run(features, profile or tiny(), out, name="tiny", device="cpu", progress=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return make(tmp_path_factory.mktemp("runs") / "tiny", profile=tiny(epochs=25))


def interrupt(monkeypatch, calls=2):
    """Let the training of a run end in the epoch `calls`, with the epochs before it saved."""
    left = iter(range(calls - 1))

    def watch(model):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return {}

    monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
    monkeypatch.setattr(trained, "train", functools.partial(train, watch=watch))


class TestTrainRun:
    def test_leaves_a_whole_run_and_nothing_else(self, run):
        assert [p.name for p in run.folder.parent.iterdir()] == ["tiny"]
        files = {str(p.relative_to(run.folder)) for p in run.folder.rglob("*") if p.is_file()}
        assert files == {
            ".lock",
            "parameters.json",
            "features/accounts.parquet",
            "features/collaborations.parquet",
            "features/content_topics.npy",
            "features/attribute.npy",
            "features/manifest.json",
            "model/full/seed-0/model.json",
            "model/full/seed-0/model.safetensors",
        }
        parameters = json.loads((run.folder / "parameters.json").read_text())
        assert parameters["data"] == "checkerboard"
        assert parameters["trained"]["training"]["epochs"] == 25

    def test_reads_back(self, run):
        assert run.features().blocks.keys() == {"content_topics", "attribute"}
        (model,) = load_seeds(run.model())
        assert model.profile == tiny(epochs=25)

    @pytest.mark.parametrize("kind", ["run", "file", "empty folder"])
    def test_refuses_what_is_there(self, tmp_path, kind):
        out = tmp_path / "out"
        if kind == "file":
            out.write_text("mine")
        else:
            out.mkdir()
        if kind == "run":
            (out / "notes.txt").write_text("mine")
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(MorningError, match="out exists: choose another --out"):
            make(out)
        assert sorted(tmp_path.rglob("*")) == before

    def test_interrupted_it_goes_on_to_the_same_result(self, tmp_path, monkeypatch):
        straight = make(tmp_path / "straight")
        with monkeypatch.context() as patch:
            interrupt(patch)
            with pytest.raises(KeyboardInterrupt):
                make(tmp_path / "out")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["out.partial", "straight"]
        resumed = make(tmp_path / "out")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "straight"]
        (a,), (b,) = load_seeds(straight.model()), load_seeds(resumed.model())
        assert "watched" in b.history[0]  # this epoch is from before the interruption
        assert all(torch.equal(weights(a.model)[n], w) for n, w in weights(b.model).items())

    def test_two_at_once_do_not_meet(self, tmp_path):
        refused = pytest.raises(MorningError, match="another command is at work there")
        with holding(tmp_path / "out.partial"), refused:
            make(tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_another_seed_in_between_leaves_no_trace(self, tmp_path, monkeypatch):
        with monkeypatch.context() as patch:
            interrupt(patch)
            with pytest.raises(KeyboardInterrupt):
                make(tmp_path / "out", profile=tiny(seed=3))
        run = make(tmp_path / "out")
        assert [p.name for p in (run.folder / "model" / "full").iterdir()] == ["seed-0"]
        assert run.settings()["trained"]["training"]["seed"] == 0

    def test_other_features_in_between_are_not_mixed_in(self, tmp_path, monkeypatch):
        features = checkerboard()
        blocks = {b: np.ascontiguousarray(x[:, ::-1]) for b, x in features.blocks.items()}
        with monkeypatch.context() as patch:
            interrupt(patch)
            with pytest.raises(KeyboardInterrupt):
                make(tmp_path / "out", features=replace(features, blocks=blocks))
        (resumed,) = load_seeds(make(tmp_path / "out").model())
        (straight,) = load_seeds(make(tmp_path / "straight").model())
        assert resumed.history == straight.history
        stored = FeatureSet.load(tmp_path / "out" / "features").blocks["attribute"]
        assert np.array_equal(stored, features.blocks["attribute"])

    def test_a_failure_makes_no_run(self, tmp_path):
        with pytest.raises(MorningError, match="lower learning_rate"):
            make(tmp_path / "out", profile=tiny(learning_rate=1e30))
        assert not (tmp_path / "out").exists()


class TestFitRun:
    def test_leaves_a_whole_run_that_is_evaluated(self, tmp_path):
        features = checkerboard()
        run = fit_run(features, tmp_path / "best")
        assert [p.name for p in tmp_path.iterdir()] == ["best"]
        on = official_task(features)
        scores = Best.fit(features).score(run.features(), on)["F"]
        expected = evaluate(scores, on.positives, on.categories)
        row = evaluate_run(run)
        assert {m: row[m] for m in METRICS} == pytest.approx(expected)
        assert (row["method"], row["seeds"], row["auc_clean"]) == ("best", 1, 1)

    def test_refuses_what_is_there(self, run):
        with pytest.raises(MorningError, match="tiny exists: choose another --out"):
            fit_run(checkerboard(), run.folder)

    def test_a_failure_makes_no_run(self, tmp_path):
        with pytest.raises(MorningError, match="brand"):
            fit_run(checkerboard(brands={"test": 2}), tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


class TestEvaluateRun:
    def test_scores_the_test_brands(self, run):
        row = evaluate_run(run)
        features = run.features()
        on = official_task(features)
        expected = evaluate(
            load_seeds(run.model())[0].score(features, on)["F"], on.positives, on.categories
        )
        assert {m: row[m] for m in METRICS} == pytest.approx(expected)
        assert row["auc_clean"] == 1
        assert row["method"] == "full"
        assert row["blocks"] == ["content_topics", "attribute"]
        assert row["protocol"] == {
            "data": "checkerboard",
            "brands": 8,
            "candidates": 12,
            "positives": 24,
            "pool": "split",
            "profile": "tiny",
        }
        json.dumps(row, allow_nan=False)

    def test_over_all_influencers(self, run):
        row = evaluate_run(run, pool="all")
        assert row["protocol"]["candidates"] == 36
        assert row["protocol"]["pool"] == "all"

    def test_on_other_vectors(self, run):
        other = checkerboard()
        rng = np.random.default_rng(0)
        noise = {b: rng.random(x.shape, dtype=np.float32) for b, x in other.blocks.items()}
        assert evaluate_run(run, replace(other, blocks=noise))["auc_clean"] < 0.9

    def test_on_vectors_of_other_sizes(self, run):
        with pytest.raises(MorningError, match="needs content_topics with 8 columns"):
            evaluate_run(run, checkerboard(["attribute"]))

    def test_the_paper_is_beside_the_public_data_alone(self, run):
        features = run.features()
        assert evaluate_run(run)["paper"] is None
        assert evaluate_run(run, replace(features, source="public"))["paper"]["auc"] == 0.884


def test_statistics(tmp_path):
    features = checkerboard()
    on = official_task(features)
    models = [
        train(features, tiny(seed=s, epochs=1), tmp_path / str(s), device="cpu", progress=False)
        for s in (0, 1)
    ]
    matrices = [model.score(features, on)["F"] for model in models]
    for found, matrix in zip(statistics(models, features, on), matrices, strict=True):
        assert found.metrics() == pytest.approx(evaluate(matrix, on.positives, on.categories))

"""Run folders: whole or not at all, resumed, read back, evaluated."""

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from morning import run as run_module
from morning.errors import MorningError
from morning.evaluation import METRICS, evaluate, official_task
from morning.features import FeatureSet
from morning.models import train, training
from morning.models.checkpoint import weights
from morning.run import Run, evaluate_run, mean_scores, statistics, train_run
from toys.vectors import checkerboard, tiny


def make(out, features=None, profile=None) -> Run:
    features = features or checkerboard()
    return train_run(features, profile or tiny(), out, device="cpu", progress=False)


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
    monkeypatch.setattr(run_module, "train", functools.partial(train, watch=watch))


class TestTrainRun:
    def test_leaves_a_whole_run_and_nothing_else(self, run):
        assert [p.name for p in run.folder.parent.iterdir()] == ["tiny"]
        files = {str(p.relative_to(run.folder)) for p in run.folder.rglob("*") if p.is_file()}
        assert files == {
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
        assert parameters["source"] == "checkerboard"
        assert parameters["training"]["epochs"] == 25

    def test_reads_back(self, run):
        assert run.features().blocks.keys() == {"content_topics", "attribute"}
        (model,) = run.models()
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
        (a,), (b,) = straight.models(), resumed.models()
        assert "watched" in b.history[0]  # this epoch is from before the interruption
        assert all(torch.equal(weights(a.model)[n], w) for n, w in weights(b.model).items())

    def test_another_seed_in_between_leaves_no_trace(self, tmp_path, monkeypatch):
        with monkeypatch.context() as patch:
            interrupt(patch)
            with pytest.raises(KeyboardInterrupt):
                make(tmp_path / "out", profile=tiny(seed=3))
        run = make(tmp_path / "out")
        assert [p.name for p in (run.folder / "model" / "full").iterdir()] == ["seed-0"]
        assert json.loads((run.folder / "parameters.json").read_text())["training"]["seed"] == 0

    def test_other_features_in_between_are_not_mixed_in(self, tmp_path, monkeypatch):
        features = checkerboard()
        blocks = {b: np.ascontiguousarray(x[:, ::-1]) for b, x in features.blocks.items()}
        with monkeypatch.context() as patch:
            interrupt(patch)
            with pytest.raises(KeyboardInterrupt):
                make(tmp_path / "out", features=replace(features, blocks=blocks))
        (resumed,) = make(tmp_path / "out").models()
        (straight,) = make(tmp_path / "straight").models()
        assert resumed.history == straight.history
        stored = FeatureSet.load(tmp_path / "out" / "features").blocks["attribute"]
        assert np.array_equal(stored, features.blocks["attribute"])

    def test_a_failure_makes_no_run(self, tmp_path):
        with pytest.raises(MorningError, match="lower learning_rate"):
            make(tmp_path / "out", profile=tiny(learning_rate=1e30))
        assert not (tmp_path / "out").exists()


class TestModels:
    def test_in_order_of_their_seeds(self, tmp_path):
        features = checkerboard()
        for seed in (10, 2, 0):
            folder = tmp_path / "model" / "full" / f"seed-{seed}"
            train(features, tiny(seed=seed, epochs=1), folder, device="cpu", progress=False)
        half = tmp_path / "model" / "full" / "seed-1.partial"
        half.mkdir()
        for file in ("model.json", "model.safetensors"):  # saved but not yet renamed
            (half / file).write_bytes((folder / file).read_bytes())
        (tmp_path / "model" / "full" / "seed-3").mkdir()
        found = Run(tmp_path).models()
        assert [model.profile.training.seed for model in found] == [0, 2, 10]

    def test_there_is_none(self, tmp_path, run):
        with pytest.raises(MorningError, match="no trained model in model/full"):
            Run(tmp_path).models()
        with pytest.raises(MorningError, match="no trained model in model/c-only"):
            run.models("c-only")


class TestEvaluateRun:
    def test_scores_the_test_brands(self, run):
        row = evaluate_run(run)
        features = run.features()
        on = official_task(features)
        expected = evaluate(run.models()[0].score(features, on)["F"], on.positives, on.categories)
        assert {m: row[m] for m in METRICS} == pytest.approx(expected)
        assert row["auc_clean"] == 1
        assert row["method"] == "full"
        assert row["blocks"] == ["content_topics", "attribute"]
        assert row["protocol"] == {"brands": 8, "candidates": 12, "positives": 24, "pool": "split"}
        json.dumps(row, allow_nan=False)

    def test_over_all_influencers(self, run):
        row = evaluate_run(run, pool="all")
        assert row["protocol"] == {"brands": 8, "candidates": 36, "positives": 24, "pool": "all"}

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


def test_mean_scores_and_statistics(tmp_path):
    features = checkerboard()
    on = official_task(features)
    models = [
        train(features, tiny(seed=s, epochs=1), tmp_path / str(s), device="cpu", progress=False)
        for s in (0, 1)
    ]
    matrices = [model.score(features, on)["F"] for model in models]
    assert mean_scores(models, features, on) == pytest.approx((matrices[0] + matrices[1]) / 2)
    for found, matrix in zip(statistics(models, features, on), matrices, strict=True):
        assert found.metrics() == pytest.approx(evaluate(matrix, on.positives, on.categories))

"""The training loop on a checkerboard: what it learns, resumes, repeats, refuses."""

import json
import logging
import math
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.evaluation import Task, evaluate, mark_validation, official_task, ranks, task
from morning.features import BLOCKS
from morning.learning.losses import l1_norm
from morning.models import Morning, TrainedModel, train, train_seeds, training
from morning.models.checkpoint import weights
from morning.models.morning import CODE, PAPER, pair_scores
from morning.models.objectives import ObjectiveConfig, objective
from morning.models.scoring import score, tensors
from safetensors.torch import load_file, save_file
from toys.vectors import GROUPS, PARTNERS, checkerboard, tiny

CONFIGS = {"paper": PAPER, "code": CODE}
EPOCHS = 4


class InterruptionError(Exception):
    """Stands for whatever ends a process."""


def stop_at(epoch):
    """Return a watch that raises in its `epoch`-th call, and else adds nothing."""
    calls = count(1)

    def watch(model):
        if next(calls) == epoch:
            raise InterruptionError
        return {}

    return watch


def fit(features, profile, folder, **options):
    return train(features, profile, folder, device="cpu", progress=False, **options)


def same_weights(a, b):
    a, b = weights(a.model), weights(b.model)
    return list(a) == list(b) and all(torch.equal(a[name], b[name]) for name in a)


def relabel(features, split, shift=1):
    """Return the set with the brands of a split working with the next group's influencers."""

    def moved(name):
        kind, role, group, i = name.rsplit("-", 3)
        return f"{kind}-{role}-{(int(group) + shift) % GROUPS}-{i}"

    pairs = features.collaborations.copy()
    chosen = pairs["brand_id"].str.startswith(split)
    pairs.loc[chosen, "influencer_id"] = pairs.loc[chosen, "influencer_id"].map(moved)
    return replace(features, collaborations=pairs)


@pytest.fixture(scope="module")
def board():
    return checkerboard()


@pytest.fixture(scope="module")
def finished(board, tmp_path_factory):
    """A training that was never interrupted, of each profile."""
    folder = tmp_path_factory.mktemp("finished")
    return {
        name: fit(board, tiny(config, epochs=EPOCHS), folder / name, watch=stop_at(0))
        for name, config in CONFIGS.items()
    }


class TestLearns:
    @pytest.mark.parametrize("config", CONFIGS)
    @pytest.mark.parametrize(
        "blocks",
        [
            ("attribute",),
            ("content_topics", "attribute"),
            ("content_topics", "audience_visual"),
            BLOCKS,
        ],
        ids=",".join,
    )
    def test_the_one_right_ranking(self, config, blocks, tmp_path):
        features, profile = checkerboard(blocks), tiny(CONFIGS[config], epochs=60)
        on = official_task(features)
        torch.manual_seed(profile.training.seed)
        untrained = Morning(features.sizes(), profile.model)
        before = score(untrained, tensors(features, features.sizes(), torch.device("cpu")), on)
        assert evaluate(before["F"], on.positives, on.categories)["auc_clean"] < 0.9

        trained = fit(features, profile, tmp_path / "model")
        scores = trained.score(features, on, device="cpu")["F"]
        assert evaluate(scores, on.positives, on.categories)["auc_clean"] == 1
        assert (ranks(scores)[on.positives] <= PARTNERS).all()

    def test_a_step_is_what_the_equations_say(self, tmp_path, monkeypatch):
        """One epoch against a plain loop: loss with its L1 term, autograd, Adam."""
        board = checkerboard(BLOCKS)
        profile = replace(
            tiny(CODE, epochs=1, shuffle=False),
            objective=ObjectiveConfig(triplet_mean="active", shrinkage=True, l1=0.01),
        )
        profile = replace(profile, model=replace(profile.model, dropout_rate=0.0))
        drawn = []
        original = training.sample_pairs
        monkeypatch.setattr(
            training, "sample_pairs", lambda *a: drawn.append(original(*a)) or drawn[-1]
        )
        trained = fit(board, profile, tmp_path / "model")

        torch.manual_seed(profile.training.seed)
        model = Morning(board.sizes(), profile.model)
        adam = torch.optim.Adam(model.parameters(), lr=profile.training.learning_rate)
        x = {name: torch.from_numpy(block) for name, block in board.blocks.items()}
        (pairs,) = drawn
        for start in range(0, len(pairs[0]), profile.training.batch_size):
            rows = [r[start : start + profile.training.batch_size] for r in pairs]
            brand, positive, negative = (
                model.encode({b: v[r] for b, v in x.items()}, side)
                for r, side in zip(rows, ("brand", "influencer", "influencer"), strict=True)
            )
            loss, _ = objective(
                pair_scores(brand, positive), pair_scores(brand, negative), profile.objective
            )
            adam.zero_grad()
            (loss + 0.01 * l1_norm(model.weight_matrices())).backward()
            adam.step()
        for name, weight in weights(trained.model).items():
            assert torch.allclose(weight, model.state_dict()[name], atol=2e-5), name


class TestHistory:
    def test_an_entry_per_epoch(self, finished):
        for trained in finished.values():
            assert [entry["epoch"] for entry in trained.history] == [1, 2, 3, 4]
            rates = [entry["learning_rate"] for entry in trained.history]
            assert rates == pytest.approx([0.01 * 0.95**e for e in range(EPOCHS)])

    def test_is_finite_throughout(self, finished):
        for trained in finished.values():
            text = json.dumps(trained.history, allow_nan=False)
            assert "null" not in text
            assert all(torch.isfinite(w).all() for w in weights(trained.model).values())

    def test_losses_and_weights_of_each_epoch(self, board, tmp_path):
        seen = []

        def watch(model):
            matrices = list(model.weight_matrices())
            small = sum(int((w.abs() < 0.01).sum()) for w in matrices)
            seen.append((l1_norm(matrices).item(), small / sum(w.numel() for w in matrices)))
            return {"call": len(seen)}

        history = fit(board, tiny(), tmp_path / "model", watch=watch).history
        found = np.array([(e["l1"], e["near_zero"]) for e in history])
        assert found == pytest.approx(np.array(seen))
        assert [e["watched"] for e in history] == [{"call": 1}, {"call": 2}, {"call": 3}]
        for entry in history:
            parts = ("triplet_content", "triplet_attribute", "cross_entropy")
            assert entry["data"] == pytest.approx(sum(entry[p] for p in parts), rel=1e-5)

    def test_the_penalty_shrinks_the_weights(self, board, tmp_path):
        l1 = {
            strength: fit(
                board,
                replace(tiny(), objective=ObjectiveConfig(l1=strength)),
                tmp_path / str(strength),
            ).history[-1]["l1"]
            for strength in (0.0, 0.05)
        }
        assert l1[0.05] < 0.8 * l1[0.0]

    def test_goes_to_stderr_alone(self, board, tmp_path, capsys):
        train(board, tiny(epochs=1), tmp_path / "model", device="cpu")
        out, err = capsys.readouterr()
        assert out == ""
        assert "epoch" in err


class TestChoiceOfEpoch:
    @pytest.mark.parametrize("config", CONFIGS)
    def test_best_validation_auc_and_its_weights(self, board, tmp_path, config):
        kept = []
        profile = tiny(CONFIGS[config], epochs=8)
        trained = fit(
            board, profile, tmp_path / "model", watch=lambda m: kept.append(weights(m)) or {}
        )
        auc = [entry["validation"]["auc"] for entry in trained.history]
        assert 1 < trained.epoch < 8
        assert trained.epoch == int(np.argmax(auc)) + 1
        for name, weight in weights(trained.model).items():
            assert torch.equal(weight, kept[trained.epoch - 1][name])

    def test_auc_is_that_of_the_validation_brands(self, board, finished):
        trained = finished["code"]
        on = task(board, board.brands("validation"))
        found = evaluate(trained.score(board, on, "cpu")["F"], on.positives, on.categories)
        assert trained.history[trained.epoch - 1]["validation"] == pytest.approx(found)

    def test_last_epoch_without_validation_brands(self, tmp_path):
        features = checkerboard(brands={"train": 3, "test": 2})
        profile = tiny()
        trained = fit(features, profile, tmp_path / "model")
        assert trained.epoch == profile.training.epochs
        assert all("validation" not in entry for entry in trained.history)

    def test_last_epoch_where_a_lone_validation_brand_has_no_auc(self, tmp_path, caplog):
        """Its candidates are its own partners, so there is nothing to compare."""
        features = mark_validation(checkerboard(brands={"train": 3, "test": 2}), 0.1)
        trained = fit(features, tiny(), tmp_path / "model")
        assert "1 validation brand(s) have no AUC" in caplog.text
        assert trained.epoch == 3

    def test_validation_brands_are_not_trained_on(self, tmp_path, monkeypatch):
        features, drawn = mark_validation(checkerboard(brands={"train": 5, "test": 2}), 0.3), []
        original = training.sample_pairs
        monkeypatch.setattr(
            training, "sample_pairs", lambda *a: drawn.append(original(*a)[0]) or original(*a)
        )
        fit(features, tiny(), tmp_path / "model")
        assert len(features.brands("validation")) == 6
        assert set(np.concatenate(drawn)) == set(features.brands("train"))


class TestTestLabels:
    @pytest.mark.parametrize("change", ["moved", "removed"])
    def test_play_no_part(self, board, finished, tmp_path, change):
        if change == "moved":
            other = relabel(board, "test")
        else:
            pairs = board.collaborations
            kept = ~pairs["brand_id"].str.startswith("test")
            other = replace(board, collaborations=pairs[kept].reset_index(drop=True))
        again = fit(other, finished["code"].profile, tmp_path / "model", watch=stop_at(0))
        assert same_weights(again, finished["code"])
        assert again.history == finished["code"].history
        assert again.data == finished["code"].data

    def test_training_labels_do(self, board, finished, tmp_path):
        other = relabel(board, "train")
        again = fit(other, finished["code"].profile, tmp_path / "model", watch=stop_at(0))
        assert not same_weights(again, finished["code"])


class TestRepeats:
    @pytest.mark.parametrize("config", CONFIGS)
    def test_under_a_seed_whatever_was_drawn_before(self, board, finished, tmp_path, config):
        torch.manual_seed(99)
        torch.rand(7)
        state, threads = torch.get_rng_state(), torch.get_num_threads()
        again = fit(board, finished[config].profile, tmp_path / "model", watch=stop_at(0))
        assert same_weights(again, finished[config])
        assert again.history == finished[config].history
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.get_num_threads() == threads

    @pytest.mark.parametrize("config", CONFIGS)
    def test_differs_under_another(self, board, finished, tmp_path, config):
        profile = finished[config].profile.trained_with(seed=1)
        assert not same_weights(fit(board, profile, tmp_path / "model"), finished[config])

    @pytest.mark.parametrize(("resample", "alike"), [(False, True), (True, False)])
    def test_negatives_are_kept_or_drawn_anew(self, board, tmp_path, monkeypatch, resample, alike):
        drawn = []
        original = training.sample_pairs
        monkeypatch.setattr(
            training, "sample_pairs", lambda *a: drawn.append(original(*a)) or drawn[-1]
        )
        fit(board, tiny(resample=resample, negatives=2, epochs=2), tmp_path / "model")
        (_, first_positive, first), (_, second_positive, second) = drawn
        assert np.array_equal(first_positive, second_positive)
        assert np.array_equal(first, second) == alike


class TestResumes:
    @pytest.mark.parametrize("epoch", [1, 2, EPOCHS])
    @pytest.mark.parametrize("config", CONFIGS)
    def test_to_the_same_result(self, board, finished, tmp_path, monkeypatch, config, epoch):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile, folder = finished[config].profile, tmp_path / "model"
        with pytest.raises(InterruptionError):
            fit(board, profile, folder, watch=stop_at(epoch))
        assert not folder.exists()
        calls = []
        resumed = fit(board, profile, folder, watch=lambda m: calls.append(1) or {})
        assert len(calls) == EPOCHS - epoch + 1
        for trained in (resumed, TrainedModel.load(folder)):
            assert same_weights(trained, finished[config])
            assert trained.history == finished[config].history
            assert trained.epoch == finished[config].epoch
        assert sorted(p.name for p in folder.iterdir()) == ["model.json", "model.safetensors"]
        assert [p.name for p in tmp_path.iterdir()] == ["model"]

    def test_after_several_interruptions(self, board, finished, tmp_path, monkeypatch):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile = finished["paper"].profile
        for _ in range(EPOCHS - 1):
            with pytest.raises(InterruptionError):
                fit(board, profile, tmp_path / "model", watch=stop_at(2))
        resumed = fit(board, profile, tmp_path / "model", watch=stop_at(0))
        assert same_weights(resumed, finished["paper"])
        assert resumed.history == finished["paper"].history

    def test_not_from_another_profile(self, board, finished, tmp_path, monkeypatch, caplog):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        with pytest.raises(InterruptionError):
            fit(board, tiny(CODE, seed=3), tmp_path / "model", watch=stop_at(3))
        again = fit(board, finished["code"].profile, tmp_path / "model", watch=stop_at(0))
        assert "belongs to another profile or other features" in caplog.text
        assert same_weights(again, finished["code"])

    @pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "no notes", "other notes"])
    def test_not_from_a_damaged_state(self, board, finished, tmp_path, monkeypatch, caplog, damage):
        monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
        profile, folder = finished["code"].profile, tmp_path / "model"
        with pytest.raises(InterruptionError):
            fit(board, profile, folder, watch=stop_at(3))
        state = tmp_path / "model.partial" / "state.safetensors"
        content = state.read_bytes()
        if damage in ("no notes", "other notes"):
            notes = {"notes": "[" if damage == "other notes" else ""}
            save_file(load_file(state), state, metadata=notes if damage == "other notes" else None)
        else:
            damaged = {
                "truncated": content[: len(content) // 2],
                "garbage": b"x" * 99,
                "empty": b"",
            }
            state.write_bytes(damaged[damage])
        again = fit(board, profile, folder, watch=stop_at(0))
        assert "cannot be read" in caplog.text
        assert "training starts anew" in caplog.text
        assert same_weights(again, finished["code"])
        assert again.history == finished["code"].history


class TestFinished:
    """A finished training is loaded where it is still the right one."""

    @pytest.fixture
    def folder(self, board, tmp_path):
        fit(board, tiny(), tmp_path / "model")
        return tmp_path / "model"

    def test_is_not_repeated(self, board, folder, caplog):
        before = (folder / "model.json").stat().st_mtime_ns
        trained = fit(board, tiny(), folder, watch=stop_at(1))
        assert len(trained.history) == 3
        assert (folder / "model.json").stat().st_mtime_ns == before
        assert caplog.text == ""

    @pytest.mark.parametrize(
        "what", ["profile", "columns", "labels", "splits", "blocks", "code", "file", "record"]
    )
    @pytest.mark.filterwarnings("ignore:nothing to measure for cauc")  # with "splits"
    def test_is_replaced_when_anything_has_changed(
        self, board, folder, what, caplog, monkeypatch, tmp_path
    ):
        features, profile = board, tiny()
        if what == "profile":
            profile = tiny(epochs=2)
        elif what == "columns":  # the same numbers in another order
            blocks = {b: np.ascontiguousarray(x[:, ::-1]) for b, x in board.blocks.items()}
            features = replace(board, blocks=blocks)
        elif what == "labels":
            features = relabel(board, "train")
        elif what == "splits":
            accounts = board.accounts.assign(
                split=board.accounts["split"].replace("validation", "train")
            )
            features = replace(board, accounts=accounts)
        elif what == "blocks":
            features = board.select(["attribute"])
        elif what == "code":
            monkeypatch.setattr(training, "code_digest", lambda: "other")
        elif what == "file":
            path = folder / "model.safetensors"
            path.write_bytes(path.read_bytes()[:-10])
        else:
            record = json.loads((folder / "model.json").read_text())
            record["profile"]["model"]["option_of_old"] = 1
            (folder / "model.json").write_text(json.dumps(record))
        calls = []
        replaced = fit(features, profile, folder, watch=lambda m: calls.append(1) or {})
        assert "trained anew" in caplog.text
        assert len(calls) == profile.training.epochs
        fresh = fit(features, profile, tmp_path / "fresh", watch=stop_at(0))
        assert same_weights(replaced, fresh)
        caplog.clear()
        assert same_weights(fit(features, profile, folder, watch=stop_at(1)), fresh)
        assert caplog.text == ""


class TestRefused:
    def test_a_loss_that_is_not_finite(self, board, tmp_path):
        with pytest.raises(MorningError, match="lower learning_rate"):
            fit(board, tiny(learning_rate=1e30), tmp_path / "model")
        assert not (tmp_path / "model").exists()

    def test_no_training_brands(self, tmp_path):
        with pytest.raises(MorningError, match="no brand with split = train"):
            fit(checkerboard(brands={"test": 2}), tiny(), tmp_path / "model")

    def test_every_brand_worked_with_everybody(self, board, tmp_path):
        ids = board.accounts["account_id"]
        brands, partners = ids[board.brands("train")], ids[board.influencers()]
        pairs = brands.to_frame("brand_id").merge(partners.to_frame("influencer_id"), how="cross")
        accounts = board.accounts.assign(split="train")
        features = replace(board, accounts=accounts, collaborations=pairs)
        with pytest.raises(MorningError, match="nothing to learn"):
            fit(features, tiny(), tmp_path / "model")

    def test_no_block_for_the_perspectives(self, board, tmp_path):
        with pytest.raises(MorningError, match="no block for it"):
            fit(board, tiny().variant("au-only"), tmp_path / "model")

    def test_unknown_device(self, board, tmp_path):
        with pytest.raises(MorningError, match="device 'gpu' cannot be used"):
            train(board, tiny(), tmp_path / "model", device="gpu")


class TestSeeds:
    def test_two_workers_equal_one(self, board, tmp_path):
        options = {"seeds": 2, "device": "cpu", "progress": False}
        serial = train_seeds(board, tiny(), tmp_path / "serial", workers=1, **options)
        parallel = train_seeds(board, tiny(), tmp_path / "parallel", workers=2, **options)
        for one, other in zip(serial, parallel, strict=True):
            assert same_weights(one, other)
            assert one.history == other.history
        assert not same_weights(*serial)
        assert sorted(p.name for p in (tmp_path / "parallel").iterdir()) == ["seed-0", "seed-1"]

    def test_start_at_the_profile_and_reuse_what_is_there(self, board, tmp_path):
        profile = tiny(seed=5, epochs=1)
        alone = fit(board, profile.trained_with(seed=6), tmp_path / "seed-6", watch=stop_at(0))
        found = train_seeds(
            board, profile, tmp_path, seeds=2, workers=1, device="cpu", progress=False
        )
        assert [model.profile.training.seed for model in found] == [5, 6]
        assert same_weights(found[1], alone)
        assert "watched" in found[1].history[0]  # loaded, not trained again


@st.composite
def tasks(draw):
    brands, influencers = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    bits = draw(st.lists(st.booleans(), min_size=35, max_size=35))
    positives = np.array(bits).reshape(5, 7)[:brands, :influencers]
    return Task(10 + np.arange(brands), 100 + np.arange(influencers), positives, np.array(["a"]))


class TestSamplePairs:
    @settings(max_examples=80, deadline=None)
    @given(tasks(), st.integers(1, 4), st.integers(0, 99))
    def test_every_positive_with_so_many_true_negatives(self, on, negatives, seed):
        pairs = training.sample_pairs(on, negatives, np.random.default_rng(seed))
        found = {}
        for brand, positive, negative in zip(*pairs, strict=True):
            found[brand, positive] = found.get((brand, positive), 0) + 1
            assert not on.positives[brand - 10, negative - 100]
        expected = {
            (10 + b, 100 + m): negatives
            for b, m in zip(*np.nonzero(on.positives), strict=True)
            if not on.positives[b].all()
        }
        assert found == expected

    def test_negatives_are_uniform(self):
        positives = np.array([[True, False, False, True, False, False]])
        on = Task(np.array([0]), np.arange(1, 7), positives, np.array(["a"]))
        _, _, negatives = training.sample_pairs(on, 4_000, np.random.default_rng(0))
        share = np.bincount(negatives, minlength=7) / len(negatives)
        assert share[[2, 3, 5, 6]] == pytest.approx([0.25] * 4, abs=0.02)


def test_the_log_says_where_it_goes_on(board, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(training, "_SAVE_EVERY_S", -1.0)
    with pytest.raises(InterruptionError):
        fit(board, tiny(), tmp_path / "model", watch=stop_at(3))
    with caplog.at_level(logging.INFO):
        fit(board, tiny(), tmp_path / "model")
    assert "going on after epoch 2" in caplog.text


def test_the_best_auc_of_a_checkerboard_is_known(board):
    """Released AUC never reaches 1 here: it compares partners of one brand with one another."""
    on = official_task(board)
    best = evaluate(on.positives.astype(float), on.positives, on.categories)
    assert best["auc_clean"] == 1
    assert best["auc"] < 1
    assert not math.isnan(best["cauc"])

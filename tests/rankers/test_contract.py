"""What every ranker must do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from morning.errors import MorningError
from morning.evaluation import evaluate
from morning.rankers import METHODS, NEEDS, MissingInput, load_ranker, ranker
from morning.rankers.ranker import NoOptions
from toys import rivals as worlds

WORLD = worlds.world()
TASK = worlds.test_task(WORLD)
#: Methods that cannot learn from a single brand, whose candidates are all its partners.
NEED_NEGATIVES = {"MIR-2", "MIR-3", "MIR-4", "HPTR", "CATR", "CAMERA", "CAMERA-released", "MORNING"}
NEED_NEGATIVES |= {"MORNING-tuned", "two-tower", "category-predictor", "category-predictor-blind"}


@pytest.fixture(scope="module", params=worlds.every_ranker())
def fitted(request):
    """Return every ranker of the registry, fitted."""
    return worlds.quick(request.param).fit(WORLD, seed=1, progress=False)


class TestContract:
    def test_constructs_by_default(self, fitted):
        method = METHODS[fitted.name]
        assert ranker(fitted.name).name == fitted.name
        assert isinstance(method.ranker().options, method.ranker.options_type)
        assert fitted.note
        assert set(fitted.needs) <= set(NEEDS)

    def test_scores_have_shape_and_are_finite(self, fitted):
        scores = fitted.score(TASK)
        assert scores.shape == TASK.positives.shape
        assert np.isfinite(scores).all()

    def test_same_seed_same_scores_other_seed_other_scores(self, fitted):
        def again(seed):
            return worlds.quick(fitted.name).fit(WORLD, seed=seed, progress=False).score(TASK)

        np.testing.assert_array_equal(fitted.score(TASK), again(1))
        assert np.array_equal(again(2), again(1)) != fitted.seeded

    def test_round_trip_gives_equal_scores(self, fitted, tmp_path):
        fitted.save(tmp_path / "ranker")
        for again in (
            type(fitted).load(tmp_path / "ranker"),
            load_ranker(tmp_path / "ranker"),
        ):
            assert again.options == fitted.options
            np.testing.assert_array_equal(again.score(TASK), fitted.score(TASK))

    def test_order_of_the_task_is_that_of_the_scores(self, fitted):
        if fitted.kind in ("RAND", "category-oracle") or fitted.name == "CAMERA-released":
            pytest.skip("its scores depend on positions by design")
        turned = replace(
            TASK,
            influencers=TASK.influencers[::-1].copy(),
            positives=TASK.positives[:, ::-1],
        )
        np.testing.assert_allclose(
            fitted.score(turned), fitted.score(TASK)[:, ::-1], rtol=1e-4, atol=1e-5
        )

    def test_refuses_empty_and_unknown(self, fitted):
        none = np.zeros(0, dtype=int)
        empty = replace(
            TASK, brands=none, positives=TASK.positives[:0], categories=np.zeros(0, str)
        )
        with pytest.raises(MorningError, match="empty"):
            fitted.score(empty)
        with pytest.raises(MorningError, match="not fitted with"):
            fitted.score(replace(TASK, influencers=TASK.influencers + 10_000))

    def test_refuses_to_score_or_save_unfitted(self, fitted, tmp_path):
        fresh = ranker(fitted.name)
        with pytest.raises(MorningError, match="not fitted"):
            fresh.score(TASK)
        with pytest.raises(MorningError, match="not fitted"):
            fresh.save(tmp_path / "ranker")
        assert not (tmp_path / "ranker").exists()

    def test_one_training_brand_works_or_says_why_not(self, fitted):
        accounts = WORLD.features.accounts.copy()
        accounts.loc[accounts["split"].isin(["train", "validation"]), "split"] = "test"
        accounts.loc[accounts["account_id"] == "train-0-0", "split"] = "train"
        lonely = replace(WORLD, features=replace(WORLD.features, accounts=accounts))
        fresh = worlds.quick(fitted.name)
        if fitted.name in NEED_NEGATIVES:
            with pytest.raises(MorningError, match=r"nothing to learn|two categories"):
                fresh.fit(lonely, progress=False)
        else:
            scores = fresh.fit(lonely, progress=False).score(worlds.test_task(lonely))
            assert np.isfinite(scores).all()

    def test_says_what_is_missing(self, fitted):
        for need in fitted.needs:
            if need in WORLD.features.blocks:
                blocks = {n: b for n, b in WORLD.features.blocks.items() if n != need}
                without = replace(WORLD, features=replace(WORLD.features, blocks=blocks))
            else:
                without = replace(WORLD, **{need: None})
            with pytest.raises(MissingInput) as caught:
                worlds.quick(fitted.name).fit(without)
            assert caught.value.needs == f"needs {NEEDS[need]}"

    def test_needs_nothing_that_it_does_not_name(self, fitted):
        rest = {"activity", "text_history", "image_history", "concepts", "competence"}
        bare = replace(WORLD, **dict.fromkeys(rest - set(fitted.needs)))
        scores = worlds.quick(fitted.name).fit(bare, seed=1, progress=False).score(TASK)
        np.testing.assert_array_equal(scores, fitted.score(TASK))

    def test_sees_no_test_label(self, fitted):
        if fitted.oracle:
            pytest.skip("it is shown the labels")
        bad = worlds.poisoned(WORLD, seed=3)
        assert not np.array_equal(
            bad.features.positives(TASK.brands, TASK.influencers), TASK.positives
        )
        again = worlds.quick(fitted.name).fit(bad, seed=1, progress=False)
        on = replace(TASK, positives=bad.features.positives(TASK.brands, TASK.influencers))
        np.testing.assert_array_equal(again.score(on), fitted.score(TASK))


def test_only_the_category_oracle_is_an_oracle():
    assert [n for n, m in METHODS.items() if m.ranker.oracle] == ["category-oracle"]


def test_unknown_method_lists_the_known():
    with pytest.raises(MorningError, match=r"unknown method 'nonsense'.*RAND.*MORNING"):
        ranker("nonsense")


def test_unknown_option_is_refused():
    with pytest.raises(MorningError, match="HPTR"):
        ranker("HPTR", nonsense=1)


def test_options_of_another_method_are_refused():
    with pytest.raises(MorningError, match="takes"):
        METHODS["HPTR"].ranker(NoOptions())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("MIV", {"factors": ()}),
        ("MIV", {"factors": ("fame",)}),
        ("cosine", {"blocks": ("nonsense",)}),
        ("SBR", {"pooling": "max"}),
        ("MIR-4", {"k": 1}),
        ("MIR-4", {"branches": ("sound",)}),
        ("MIR-4", {"fusion": "sum"}),
        ("MIR-4", {"pooling": "max"}),
        ("MIR-4", {"epochs": 0}),
        ("MIR-4", {"common": 1.5}),
        ("HPTR", {"margins": ()}),
        ("HPTR", {"batch_size": 0}),
        ("CAMERA", {"pairing": "wrong"}),
        ("CATR", {"top": 0}),
        ("MORNING", {"profile": "nonsense"}),
        ("MORNING", {"variant": "nonsense"}),
        ("MORNING", {"blocks": ("nonsense",)}),
        ("MORNING-tuned", {"l1": (-1.0,)}),
        ("MORNING-tuned", {"l1_epochs": 0}),
        ("ridge-bilinear", {"penalties": (0.0,)}),
        ("nearest-brands", {"neighbours": ()}),
        ("two-tower", {"steps": 0}),
        ("category-predictor", {"strengths": ()}),
        ("category-predictor", {"brand_category": "guessed"}),
    ],
)
def test_senseless_options_are_refused(name, changes):
    with pytest.raises(MorningError):
        ranker(name, **changes)


class TestDamage:
    @pytest.fixture
    def saved(self, tmp_path) -> Path:
        ranker("popularity").fit(WORLD).save(tmp_path / "ranker")
        return tmp_path / "ranker"

    def test_nothing_there(self, tmp_path):
        with pytest.raises(MorningError, match="no readable ranker"):
            load_ranker(tmp_path)

    def test_another_class(self, saved):
        with pytest.raises(MorningError, match="holds popularity"):
            METHODS["cosine"].ranker.load(saved)

    @pytest.mark.parametrize("name", ["ranker.json", "ranker.safetensors"])
    def test_truncated(self, saved, name):
        path = saved / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(MorningError, match="no readable ranker"):
            load_ranker(saved)

    def test_unknown_kind(self, saved):
        path = saved / "ranker.json"
        path.write_text(path.read_text().replace("popularity", "nonsense"))
        with pytest.raises(MorningError, match="no readable ranker"):
            load_ranker(saved)


def test_constant_scores_are_worth_nothing_released_and_a_half_clean():
    result = evaluate(np.zeros(TASK.positives.shape), TASK.positives, TASK.categories)
    assert (result["auc"], result["auc_clean"]) == (0.0, 0.5)
    assert (result["cauc"], result["cauc_clean"]) == (0.0, 0.5)

"""What every ranker must do, held against every method of the registry; and how one registers."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from morning import rankers
from morning.errors import MorningError
from morning.evaluation import evaluate
from morning.rankers import METHODS, ranker, register
from morning.rankers.contract import REGISTERED, NoOptions
from morning.rankers.popularity import Popularity
from morning.testing import RankerContract
from toys import rivals as worlds

TASK = worlds.test_task(worlds.world())
POSITIONAL = ("RAND", "category-oracle", "CAMERA-released")


class TestContract(RankerContract):
    @pytest.fixture(scope="class", params=[n for n in METHODS if n not in POSITIONAL])
    @classmethod
    def make(cls, request):
        return lambda: worlds.quick(request.param)


class TestContractOfPositions(RankerContract):
    positional = True

    @pytest.fixture(scope="class", params=POSITIONAL)
    @classmethod
    def make(cls, request):
        return lambda: worlds.quick(request.param)


class TestRegistry:
    def test_every_method_is_made_by_its_name(self):
        for name in METHODS:
            assert ranker(name).name == name

    def test_every_module_with_a_ranker_is_imported(self):
        folder = Path(rankers.__file__).parent
        modules = {p.stem for p in folder.glob("*.py") if "@register(" in p.read_text()}
        assert modules == {m.ranker.__module__.rpartition(".")[2] for m in METHODS.values()}

    def test_two_classes_cannot_share_a_name(self):
        class Other(Popularity):
            """Another one."""

        before = dict(REGISTERED)
        with pytest.raises(MorningError, match="two rankers are called popularity"):
            register()(Other)
        assert before == REGISTERED

    def test_a_ranker_does_not_depend_on_its_rivals(self):
        code = (Path(rankers.__file__).parent / "popularity.py").read_text()
        imported = {n.module for n in ast.walk(ast.parse(code)) if isinstance(n, ast.ImportFrom)}
        assert {m for m in imported if m.startswith("morning")} == {"morning.rankers.contract"}


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


def test_constant_scores_are_worth_nothing_released_and_a_half_clean():
    result = evaluate(np.zeros(TASK.positives.shape), TASK.positives, TASK.categories)
    assert (result["auc"], result["auc_clean"]) == (0.0, 0.5)
    assert (result["cauc"], result["cauc_clean"]) == (0.0, 0.5)

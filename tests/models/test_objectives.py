"""The loss: values computed by hand, its gradient, and scores of any size."""

import math
from dataclasses import replace

import pytest
import torch
from morning.errors import MorningError
from morning.evaluation import evaluate, official_task
from morning.learning.losses import pair_cross_entropy
from morning.models import train
from morning.models.morning import CODE, Scores
from morning.models.objectives import LOSSES, ObjectiveOptions, objective, shrinkage
from toys.vectors import checkerboard, tiny

tensor = torch.tensor
POSITIVE = {
    "content": tensor([5.0, 1.0]),
    "audience": tensor([0.0, 2.0]),
    "attribute": tensor([1.0, 4.0]),
}
NEGATIVE = {
    "content": tensor([0.0, 2.0]),
    "audience": tensor([1.0, 1.0]),
    "attribute": tensor([0.0, 0.0]),
}
SHRUNK = ("triplet", "cross_entropy", "shrinkage")


def pairs(positive=POSITIVE, negative=NEGATIVE, sign=1) -> Scores:
    """Scores of pairs: perspective -> (2, n), the partner in row 0."""
    return Scores({p: sign * torch.stack([positive[p], negative[p]]) for p in positive})


class TestShrinkage:
    def test_by_hand(self):
        # 0.01 (3 + 1) + 0.02 (1 + 1) + 0.01 (2.5 + 0)
        assert float(shrinkage(pairs(), ObjectiveOptions())["shrinkage"]) == pytest.approx(
            0.04 + 0.04 + 0.025
        )

    def test_is_signed(self):
        found = shrinkage(pairs(sign=-1), ObjectiveOptions())["shrinkage"]
        assert float(found) == pytest.approx(-0.105)


class TestObjective:
    def by_hand(self, mean):
        content = {"mean": 2.5, "active": 5, "sum": 5}[mean]  # relu(0-5+4), relu(2-1+4)
        audience = (3 + 1) / (1 if mean == "sum" else 2)  # relu(1-0+2), relu(1-2+2)
        attribute = {"mean": 0.5, "active": 1, "sum": 1}[mean]  # relu(0-1+2), relu(0-4+2)
        totals = (6, 1), (7, 3)  # F of the positive and of the negative in each pair
        entropy = sum(math.log1p(math.exp(n - p)) for p, n in totals) / 2
        return content, audience, attribute, entropy

    @pytest.mark.parametrize("mean", ["mean", "active", "sum"])
    def test_parts_by_hand(self, mean):
        config = ObjectiveOptions(triplet_reduction=mean)
        total, parts = objective(pairs(), config)
        expected = self.by_hand(mean)
        names = ["triplet_content", "triplet_audience", "triplet_attribute", "cross_entropy"]
        assert list(parts) == [*names, "data"]
        for name, value in zip(names, expected, strict=True):
            assert float(parts[name]) == pytest.approx(value), name
        assert float(total) == float(parts["data"]) == pytest.approx(sum(expected))

    def test_shrinkage_is_in_the_total_but_not_in_the_data_loss(self):
        total, parts = objective(pairs(), ObjectiveOptions(losses=SHRUNK))
        assert float(parts["data"]) == pytest.approx(sum(self.by_hand("mean")))
        assert float(total) == pytest.approx(float(parts["data"]) + 0.105)

    def test_absent_perspectives_add_nothing(self):
        one = {"audience": POSITIVE["audience"]}, {"audience": NEGATIVE["audience"]}
        total, parts = objective(pairs(*one), ObjectiveOptions())
        assert list(parts) == ["triplet_audience", "cross_entropy", "data"]
        assert float(total) == pytest.approx(
            2 + float(pair_cross_entropy(one[0]["audience"], one[1]["audience"]))
        )

    @pytest.mark.parametrize("mean", ["mean", "active", "sum"])
    def test_huge_scores_stay_finite(self, mean):
        positive = {p: (s * 1e25).requires_grad_() for p, s in POSITIVE.items()}
        negative = {p: -s * 1e25 for p, s in NEGATIVE.items()}
        options = ObjectiveOptions(losses=SHRUNK, triplet_reduction=mean)
        total, _ = objective(pairs(positive, negative), options)
        total.backward()
        assert torch.isfinite(total)
        assert all(torch.isfinite(p.grad).all() for p in positive.values())

    def test_parts_carry_no_graph(self):
        positive = {p: s.clone().requires_grad_() for p, s in POSITIVE.items()}
        total, parts = objective(pairs(positive), ObjectiveOptions())
        assert total.requires_grad
        assert not any(part.requires_grad for part in parts.values())

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"triplet_reduction": "total"}, "unknown triplet_reduction 'total'"),
            ({"l1": -1.0}, "l1 must not be"),
            ({"losses": ("tripled",)}, "unknown loss tripled; known are triplet, cross_entropy"),
            ({"losses": ()}, "at least one loss"),
            ({"losses": ("shrinkage",)}, "at least one loss"),
        ],
    )
    def test_refused_options(self, options, message):
        with pytest.raises(MorningError, match=message):
            ObjectiveOptions(**options)


class TestNewLoss:
    """A new loss is a function and its name in a profile."""

    @pytest.fixture(autouse=True)
    def listwise(self, monkeypatch):
        def listwise(scores, options):
            """Return -ln of the softmax of the partner among its candidates."""
            return {"listwise": -torch.log_softmax(scores.total, dim=0)[0].mean()}

        monkeypatch.setitem(LOSSES, "listwise", listwise)

    def test_learns_the_checkerboard(self, tmp_path):
        profile = tiny(CODE, epochs=60)
        options = replace(profile.objective, losses=("listwise",))
        board = checkerboard()
        on = official_task(board)
        trained = train(
            board, replace(profile, objective=options), tmp_path / "m", device="cpu", progress=False
        )
        scores = trained.score(board, on, device="cpu")["F"]
        assert evaluate(scores, on.positives, on.categories)["auc_clean"] == 1
        assert {"listwise", "data"} < set(trained.history[0])
        assert "triplet_content" not in trained.history[0]

    def test_of_one_candidate_among_many(self):
        scores = Scores({"content": tensor([[1.0], [0.0], [-2.0]])})  # (3 candidates, 1 brand)
        _, parts = objective(scores, ObjectiveOptions(losses=("triplet", "listwise")))
        total = math.log(math.e + 1 + math.exp(-2)) - 1
        assert float(parts["listwise"]) == pytest.approx(total)
        assert float(parts["triplet_content"]) == pytest.approx((3 + 1) / 2)

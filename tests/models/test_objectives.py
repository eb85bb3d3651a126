"""The loss: values computed by hand, its gradient, and scores of any size."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.learning.losses import add_l1_gradient, l1_norm, pair_cross_entropy, triplet
from morning.models.objectives import ObjectiveConfig, objective, shrinkage

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


class TestTriplet:
    def test_mean_over_the_batch(self):
        # Losses relu(0 - 5 + 4) = 0, relu(2 - 1 + 4) = 5, relu(1 - 1 + 4) = 4.
        positive, negative = tensor([5.0, 1.0, 1.0]), tensor([0.0, 2.0, 1.0])
        assert float(triplet(positive, negative, 4.0)) == pytest.approx(3)
        assert float(triplet(positive, negative, 4.0, "active")) == pytest.approx(4.5)

    @pytest.mark.parametrize("mean", ["batch", "active"])
    def test_no_active_triplet_is_zero_and_has_no_gradient(self, mean):
        positive = tensor([9.0, 8.0], requires_grad=True)
        loss = triplet(positive, tensor([0.0, 0.0]), 2.0, mean)
        assert loss.item() == 0
        loss.backward()
        assert positive.grad.tolist() == [0, 0]

    def test_active_mean_keeps_the_gradient_of_a_lone_triplet(self):
        positive = tensor([0.0, 9.0, 9.0, 9.0], requires_grad=True)
        triplet(positive, torch.zeros(4), 2.0, "active").backward()
        assert positive.grad.tolist() == [-1, 0, 0, 0]

    @settings(deadline=None, max_examples=50)
    @given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=8))
    def test_active_mean_is_the_batch_mean_over_fewer(self, pairs):
        positive, negative = tensor(pairs, dtype=torch.float32).T
        losses = [max(0, n - p + 4) for p, n in pairs]
        active = sum(loss > 0 for loss in losses)
        found = float(triplet(positive, negative, 4.0, "active"))
        assert found == pytest.approx(sum(losses) / active if active else 0)


class TestPairCrossEntropy:
    def test_is_the_log_softmax_of_the_pair(self):
        positive, negative = tensor([1.0, -2.0]), tensor([0.5, 3.0])
        expected = -torch.log_softmax(torch.stack([positive, negative]), dim=0)[0].mean()
        assert float(pair_cross_entropy(positive, negative)) == pytest.approx(float(expected))
        assert float(pair_cross_entropy(tensor([3.0]), tensor([3.0]))) == pytest.approx(math.log(2))

    def test_huge_scores(self):
        positive = tensor([1e30, -1e30, 1e4], requires_grad=True)
        loss = pair_cross_entropy(positive, tensor([-1e30, 1e30, -1e4]))
        assert loss.item() == pytest.approx(2e30 / 3, rel=1e-6)
        loss.backward()
        assert positive.grad.tolist() == pytest.approx([0, -1 / 3, 0])


class TestShrinkage:
    def test_by_hand(self):
        # 0.01 (3 + 1) + 0.02 (1 + 1) + 0.01 (2.5 + 0)
        assert float(shrinkage(POSITIVE, NEGATIVE)) == pytest.approx(0.04 + 0.04 + 0.025)

    def test_is_signed(self):
        flipped = [{p: -s for p, s in scores.items()} for scores in (POSITIVE, NEGATIVE)]
        assert float(shrinkage(*flipped)) == pytest.approx(-0.105)


class TestObjective:
    def by_hand(self, mean):
        content = {"batch": 2.5, "active": 5}[mean]  # relu(0-5+4), relu(2-1+4)
        audience = (3 + 1) / 2  # relu(1-0+2), relu(1-2+2)
        attribute = {"batch": 0.5, "active": 1}[mean]  # relu(0-1+2), relu(0-4+2)
        totals = (6, 1), (7, 3)  # F of the positive and of the negative in each pair
        entropy = sum(math.log1p(math.exp(n - p)) for p, n in totals) / 2
        return content, audience, attribute, entropy

    @pytest.mark.parametrize("mean", ["batch", "active"])
    def test_parts_by_hand(self, mean):
        config = ObjectiveConfig(triplet_mean=mean)
        total, parts = objective(POSITIVE, NEGATIVE, config)
        expected = self.by_hand(mean)
        names = ["triplet_content", "triplet_audience", "triplet_attribute", "cross_entropy"]
        assert list(parts) == [*names, "data"]
        for name, value in zip(names, expected, strict=True):
            assert float(parts[name]) == pytest.approx(value), name
        assert float(total) == float(parts["data"]) == pytest.approx(sum(expected))

    def test_shrinkage_is_in_the_total_but_not_in_the_data_loss(self):
        total, parts = objective(POSITIVE, NEGATIVE, ObjectiveConfig(shrinkage=True))
        assert float(parts["data"]) == pytest.approx(sum(self.by_hand("batch")))
        assert float(total) == pytest.approx(float(parts["data"]) + 0.105)

    def test_absent_perspectives_add_nothing(self):
        one = {"audience": POSITIVE["audience"]}, {"audience": NEGATIVE["audience"]}
        total, parts = objective(*one, ObjectiveConfig())
        assert list(parts) == ["triplet_audience", "cross_entropy", "data"]
        assert float(total) == pytest.approx(
            2 + float(pair_cross_entropy(one[0]["audience"], one[1]["audience"]))
        )

    @pytest.mark.parametrize("mean", ["batch", "active"])
    def test_huge_scores_stay_finite(self, mean):
        positive = {p: (s * 1e25).requires_grad_() for p, s in POSITIVE.items()}
        negative = {p: -s * 1e25 for p, s in NEGATIVE.items()}
        total, _ = objective(positive, negative, ObjectiveConfig(triplet_mean=mean, shrinkage=True))
        total.backward()
        assert torch.isfinite(total)
        assert all(torch.isfinite(p.grad).all() for p in positive.values())

    def test_parts_carry_no_graph(self):
        positive = {p: s.clone().requires_grad_() for p, s in POSITIVE.items()}
        total, parts = objective(positive, NEGATIVE, ObjectiveConfig())
        assert total.requires_grad
        assert not any(part.requires_grad for part in parts.values())

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"triplet_mean": "sum"}, "unknown triplet_mean 'sum'"), ({"l1": -1.0}, "l1 must not be")],
    )
    def test_refused_options(self, options, message):
        with pytest.raises(MorningError, match=message):
            ObjectiveConfig(**options)


class TestL1:
    def test_norm_by_hand(self):
        assert float(l1_norm([tensor([[1.0, -2.0]]), tensor([[0.0], [-3.5]])])) == 6.5

    def test_gradient_equals_that_of_autograd(self):
        torch.manual_seed(0)
        weights = [torch.randn(4, 3), torch.randn(2, 5)]
        weights[0][1, 1] = 0.0
        by_autograd = [w.clone().requires_grad_() for w in weights]
        by_hand = [w.clone().requires_grad_() for w in weights]
        for group in (by_autograd, by_hand):
            sum((w**3).sum() for w in group).backward()
        (0.25 * l1_norm(by_autograd)).backward()
        add_l1_gradient(by_hand, 0.25)
        for a, b in zip(by_autograd, by_hand, strict=True):
            assert torch.allclose(a.grad, b.grad, rtol=1e-6)
            assert not b.grad.requires_grad

    def test_weights_out_of_use_are_left_alone(self):
        weight = torch.ones(2, 2, requires_grad=True)
        add_l1_gradient([weight], 1.0)
        assert weight.grad is None

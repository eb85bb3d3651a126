"""Losses as plain functions: values computed by hand, gradients, scores of any size."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.learning.losses import add_l1_gradient, l1_norm, pair_cross_entropy, triplet

tensor = torch.tensor


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

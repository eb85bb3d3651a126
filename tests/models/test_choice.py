"""The conditional logit in both directions: gradients, known answers, optima."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.models.choice import choice_loss, fit_association, fit_weights
from scipy.optimize import approx_fprime
from scipy.special import log_softmax


def world(seed=0, brands=6, influencers=9):
    """Return random scores, and partners with at least one in every row and column."""
    rng = np.random.default_rng(seed)
    partners = rng.random((brands, influencers)) < 0.2
    partners[np.arange(influencers) % brands, np.arange(influencers)] = True
    return rng.normal(size=(brands, influencers)), partners


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_the_loss_is_the_mean_log_probability_in_both_directions(seed):
    scores, partners = world(seed)
    forward = -np.mean([row[p].mean() for row, p in zip(log_softmax(scores, 1), partners)])  # noqa: B905
    back = -np.mean([c[p].mean() for c, p in zip(log_softmax(scores, 0).T, partners.T)])  # noqa: B905
    loss, gradient = choice_loss(scores, partners)
    assert loss == pytest.approx((forward + back) / 2)
    numeric = approx_fprime(
        scores.ravel(), lambda s: choice_loss(s.reshape(scores.shape), partners)[0], 1e-7
    )
    assert np.allclose(gradient.ravel(), numeric, atol=1e-5)


def test_large_scores_do_not_overflow():
    scores, partners = world()
    loss, gradient = choice_loss(scores * 1e5, partners)
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()


def test_equal_scores_give_equal_chances():
    _, partners = world(brands=6, influencers=9)
    loss, _ = choice_loss(np.zeros((6, 9)), partners)
    assert loss == pytest.approx((np.log(6) + np.log(9)) / 2)


class TestWeights:
    def test_what_partners_were_drawn_by_is_found(self):
        rng = np.random.default_rng(3)
        similarities = rng.normal(size=(3, 300, 400))
        odds = np.tensordot([1.5, 0.5, 0.0], similarities, 1)
        chances = odds + rng.gumbel(size=odds.shape)  # a draw from the softmax of each brand
        partners = np.zeros(odds.shape, bool)
        partners[np.arange(300), chances.argmax(axis=1)] = True
        seen = partners.any(axis=0)
        weights, loss = fit_weights(similarities[:, :, seen], partners[:, seen])
        assert weights[0] > 2 * weights[1] > 5 * weights[2]
        assert loss < choice_loss(np.zeros((300, seen.sum())), partners[:, seen])[0]

    def test_units_do_not_matter(self):
        similarities, partners = np.random.default_rng(4).normal(size=(2, 6, 9)), world()[1]
        weights, loss = fit_weights(similarities, partners)
        scaled, again = fit_weights(similarities * [[[100.0]], [[0.01]]], partners)
        assert np.allclose(scaled * [100, 0.01], weights)
        assert again == pytest.approx(loss)

    def test_a_block_that_says_nothing_changes_nothing(self):
        scores, partners = world()
        alone, loss = fit_weights(scores[None], partners)
        both, again = fit_weights(np.stack([scores, np.full_like(scores, 0.7)]), partners)
        assert both[0] == pytest.approx(alone[0], rel=1e-3)
        assert again == pytest.approx(loss)


class TestAssociation:
    @staticmethod
    def fit(precision=1.0, seed=5):
        rng = np.random.default_rng(seed)
        brands, influencers = rng.normal(size=(6, 3)), rng.normal(size=(9, 4))
        scores, partners = world(seed)
        w = fit_association(brands, influencers, scores, partners, precision)
        return w, brands, influencers, scores, partners

    def test_at_the_optimum_the_likelihood_pulls_as_the_prior_holds(self):
        w, brands, influencers, scores, partners = self.fit()
        _, gradient = choice_loss(scores + brands @ w @ influencers.T, partners)
        assert w.shape == (3, 4)
        assert np.allclose(brands.T @ gradient @ influencers, -w / len(brands), atol=1e-4)

    def test_a_strong_prior_leaves_nothing(self):
        w, *_ = self.fit(precision=1e6)
        assert np.abs(w).max() < 1e-4

    def test_what_goes_with_what_is_learnt(self):
        kinds = np.arange(12) % 3
        one_hot = np.eye(3)[kinds]
        partners = (kinds[:, None] + 1) % 3 == kinds[None]  # kind 0 works with kind 1, and so on
        w = fit_association(one_hot, one_hot, np.zeros((12, 12)), partners, 0.1)
        assert np.array_equal(w.argmax(axis=1), [1, 2, 0])

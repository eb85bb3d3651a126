"""A conditional logit in both directions: a brand chooses influencers, an influencer brands.

Scores s (B, M) are log-odds. With p(m | b) the softmax over candidates and p(b | m) that over
brands, a model maximises the mean log-probability of collaborations, half of it in either
direction: every brand and every influencer counts the same, however many partners it has. See
McFadden, Conditional logit analysis of qualitative choice behavior (1974).
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

#: Bounds of the logarithm of a weight, relative to a similarity of deviation 1.
_SMALLEST, _LARGEST = -6.0, 3.0
_START = -0.5


def choice_loss(scores: np.ndarray, partners: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean negative log-probability of collaborations, and its gradient.

    Parameters
    ----------
    scores : float array, shape (B, M)
    partners : bool array, shape (B, M)
        With at least one partner in every row and column.

    Returns
    -------
    loss : float
    gradient : float array, shape (B, M)
        With respect to the scores.
    """
    loss, gradient = 0.0, np.zeros_like(scores)
    for axis in (1, 0):
        share = partners / (partners.sum(axis=axis, keepdims=True) * scores.shape[1 - axis])
        total = logsumexp(scores, axis=axis, keepdims=True)
        loss += (total.mean() - (share * scores).sum()) / 2
        gradient += (np.exp(scores - total) / scores.shape[1 - axis] - share) / 2
    return float(loss), gradient


def deviations(similarities: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each similarity over pairs, 1 where it does not vary.

    Parameters
    ----------
    similarities : float array, shape (K, B, M)

    Returns
    -------
    float array, shape (K,)
    """
    found = similarities.std(axis=(1, 2))
    rounding = 1e-9 * np.abs(similarities).max(axis=(1, 2))
    return np.where(found > rounding, found, 1.0)


def fit_weights(similarities: np.ndarray, partners: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the positive weights of similarities whose sum explains the partners best.

    Parameters
    ----------
    similarities : float array, shape (K, B, M)
    partners : bool array, shape (B, M)

    Returns
    -------
    weights : float array, shape (K,)
    loss : float
        What they reach.
    """
    scale = deviations(similarities)

    def value(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        weights = np.exp(logarithms) / scale
        loss, gradient = choice_loss(np.tensordot(weights, similarities, 1), partners)
        return loss, np.tensordot(similarities, gradient, 2) * weights

    from scipy.optimize import minimize  # for fits alone: who ranks does not wait for it

    found = minimize(
        value,
        np.full(len(similarities), _START),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_SMALLEST, _LARGEST)] * len(similarities),
    )
    return np.exp(found.x) / scale, float(found.fun)


def fit_association(
    brands: np.ndarray,
    influencers: np.ndarray,
    scores: np.ndarray,
    partners: np.ndarray,
    precision: float,
) -> np.ndarray:
    """Return W of s + x_b W x_m: what goes with what, beyond the scores s that are given.

    The optimum is unique: a convex loss, with a normal prior on the entries of W.

    Parameters
    ----------
    brands : float array, shape (B, D)
    influencers : float array, shape (M, D)
    scores : float array, shape (B, M)
    partners : bool array, shape (B, M)
    precision : float
        Of the prior, against a log-probability that is summed over brands.

    Returns
    -------
    float array, shape (D, D)
    """
    shape = (brands.shape[1], influencers.shape[1])
    strength = precision / len(brands)

    def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(shape)
        loss, gradient = choice_loss(scores + brands @ w @ influencers.T, partners)
        slope = brands.T @ gradient @ influencers + strength * w
        return loss + strength * (w**2).sum() / 2, slope.ravel()

    start = np.zeros(shape[0] * shape[1])
    from scipy.optimize import minimize

    found = minimize(value, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return found.x.reshape(shape)

"""The bilinear ridge against its equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from morning.rankers import ranker
from toys import rivals as worlds


def test_ridge_solves_its_normal_equations():
    world = worlds.world()
    fitted = ranker("ridge-bilinear", penalties=(0.5,)).fit(world)
    # At the optimum the residual's gradient equals the penalty's, checked in the small SVD basis.
    from morning.evaluation import training_task
    from morning.features.standardise import standardised

    x = standardised(world.features)
    fit = training_task(world.blinded().features)
    xb, xm = x[fit.brands], x[fit.influencers]
    y = fit.positives - fit.positives.mean()
    everyone = replace(fit, brands=fit.brands, influencers=fit.influencers)
    predicted = fitted.score(everyone)
    s1, s2 = (np.linalg.svd(m, compute_uv=False) for m in (xb, xm))
    penalty = 0.5 * np.outer(s1**2, s2**2).mean()
    w = np.linalg.lstsq(xb, predicted, rcond=None)[0] @ np.linalg.pinv(xm.T)
    gradient = xb.T @ (predicted - y) @ xm + penalty * w
    assert np.abs(gradient).max() < 1e-6 * np.abs(xb.T @ y @ xm).max()

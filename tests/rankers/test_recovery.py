"""Each method finds the ranking that was planted in a toy world made for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning.evaluation import Task, evaluate
from morning.features.rivals.inputs import Inputs
from morning.rankers import ranker
from toys import rivals as worlds

MIR = {"embedding_size": 64, "epochs": 30, "lists": 10, "learning_rate": 0.03, "keep": 1.0}
CONCEPTS = {"epochs": 60, "hidden": 128, "embedding_size": 64}
#: Methods that have to learn which looks go together.
LEARNERS = {
    "MIR-2": MIR,
    "MIR-3": MIR,
    "MIR-4": MIR,
    "HPTR": {"embedding_size": 64, "epochs": 30},
    "CATR": CONCEPTS,
    "CAMERA": CONCEPTS,
    "CAMERA-released": CONCEPTS,
    "MORNING": {"epochs": 4},
    "MORNING-tuned": {"epochs": 4, "l1_epochs": 2},
    "two-tower": {},
    "ridge-bilinear": {},
    "nearest-brands": {},
    "category-predictor": {},
    "category-predictor-blind": {},
}


def types(inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """Return the planted type of accounts."""
    ids = inputs.features.accounts["account_id"].iloc[rows]
    return ids.str.split("-").str[-2].astype(int).to_numpy()


def separates(inputs: Inputs, on: Task, scores: np.ndarray) -> bool:
    """Whether every influencer of the brand's type ranks above every other one."""
    same = types(inputs, on.brands)[:, None] == types(inputs, on.influencers)
    worst = np.where(same, scores, np.inf).min(axis=1)
    best = np.where(same, -np.inf, scores).max(axis=1)
    return bool((worst > best).all())


@pytest.mark.parametrize("name", LEARNERS)
def test_learns_which_looks_go_together(name):
    world = worlds.world(apart=True)
    on = worlds.test_task(world)
    fitted = worlds.quick(name, **LEARNERS[name]).fit(world, progress=False)
    assert separates(world, on, fitted.score(on))


@pytest.mark.parametrize("name", ["cosine", "SBR", "nearest-brands"])
def test_finds_who_looks_alike(name):
    world = worlds.world(apart=False)
    on = worlds.test_task(world)
    alike = worlds.quick(name).fit(world).score(on)
    if name == "cosine":  # standardising lifts the noise columns; the types still come first
        same = types(world, on.brands)[:, None] == types(world, on.influencers)
        assert alike[same].mean() > alike[~same].mean() + 0.1
    else:
        assert separates(world, on, alike)


@pytest.mark.parametrize("name", ["cosine", "SBR"])
def test_untrained_methods_cannot_find_what_has_to_be_learnt(name):
    world = worlds.world(apart=True)
    on = worlds.test_task(world)
    assert not separates(world, on, worlds.quick(name).fit(world).score(on))


def test_cosine_of_one_block_is_exact():
    world = worlds.world()
    n = len(world.features)
    angles = np.linspace(0, np.pi, n)
    block = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    world = replace(world, features=replace(world.features, blocks={"attribute": block}))
    on = worlds.test_task(world)
    z = (block - block.mean(axis=0)) / block.std(axis=0)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    scores = ranker("cosine-attribute").fit(world).score(on)
    np.testing.assert_allclose(scores, z[on.brands] @ z[on.influencers].T, atol=1e-5)


def test_miv_adds_standard_scores_of_logarithms():
    world = worlds.world()
    on = worlds.test_task(world)
    assert world.activity is not None
    table = world.activity.iloc[on.influencers]
    columns = [
        np.log(table["posts_per_day"]),
        np.log1p(table["mean_comments"]),
        np.log1p(table["mean_likes"]),
    ]
    expected = sum((c - c.mean()) / c.std(ddof=0) for c in columns)
    scores = ranker("MIV").fit(world).score(on)
    np.testing.assert_allclose(scores, np.tile(expected, (len(on.brands), 1)))


def test_miv_ranks_the_most_active_first_and_the_unknown_in_the_middle():
    world = worlds.world()
    on = worlds.test_task(world)
    assert world.activity is not None
    likes = world.activity["mean_likes"].copy()
    likes.iloc[on.influencers] = np.exp(np.arange(len(on.influencers), dtype=float) % 30)
    likes.iloc[on.influencers[5]] = np.nan
    world = replace(world, activity=world.activity.assign(mean_likes=likes))
    scores = ranker("MIV-likes").fit(world).score(on)[0]
    known = np.delete(np.arange(len(scores)), 5)
    order = likes.iloc[on.influencers[known]].to_numpy()
    np.testing.assert_array_equal(
        pd.Series(scores[known]).rank().to_numpy(), pd.Series(order).rank().to_numpy()
    )
    assert scores[5] == 0.0


def test_popularity_counts_training_partners_only():
    world = worlds.world()
    extra = pd.DataFrame(
        [("train-0-0", "partner-0-of-test-1-0"), ("train-2-1", "partner-0-of-test-1-0")],
        columns=["brand_id", "influencer_id"],
    )
    pairs = pd.concat([world.features.collaborations, extra], ignore_index=True)
    world = replace(world, features=replace(world.features, collaborations=pairs))
    on = worlds.test_task(world)
    scores = ranker("popularity").fit(world).score(on)
    famous = world.features.rows(["partner-0-of-test-1-0"])[0]
    expected = np.where(on.influencers == famous, 2.0, 0.0)
    np.testing.assert_array_equal(scores, np.tile(expected, (len(on.brands), 1)))


def test_category_oracle_knows_the_category_and_nothing_else():
    world = worlds.world()
    on = worlds.test_task(world)
    scores = ranker("category-oracle").fit(world).score(on)
    assert separates(world, on, scores)
    assert evaluate(scores, on.positives, on.categories)["cauc_clean"] < 0.9


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

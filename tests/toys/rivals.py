"""A toy world with one right ranking for every kind of ranker, and quick options for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from morning.evaluation import Task, official_task
from morning.features import FeatureSet
from morning.rankers import METHODS, Concepts, History, Inputs, Ranker, ranker

TYPES = 4
BRANDS_PER_TYPE = {"train": 5, "validation": 2, "test": 2}
PARTNERS = 4

#: Options under which a method needs a second or so; the others are quick as they are.
QUICK: dict[str, dict[str, Any]] = {
    "MIR-2": {"embedding_size": 16, "epochs": 12, "lists": 5},
    "MIR-3": {"embedding_size": 16, "epochs": 12, "lists": 5},
    "MIR-4": {"embedding_size": 16, "epochs": 12, "lists": 5},
    "HPTR": {"embedding_size": 16, "epochs": 12, "margins": (1.0, 2.0), "margin_epochs": 2},
    "CATR": {"hidden": 32, "embedding_size": 16, "epochs": 8, "l1": 0.0},
    "CAMERA": {"hidden": 32, "embedding_size": 16, "epochs": 8, "l1": 0.0},
    "CAMERA-released": {"hidden": 32, "embedding_size": 16, "epochs": 8, "l1": 0.0},
    "MORNING": {"profile": "quick", "epochs": 4},
    "MORNING-tuned": {"profile": "quick", "epochs": 4, "l1_epochs": 1},
}


def quick(name: str, **changes: Any) -> Ranker:
    """Return a ranker of the registry that is fitted quickly."""
    return ranker(name, **(QUICK.get(name, {}) | changes))


def every_ranker() -> list[str]:
    """Names of all methods."""
    return list(METHODS)


def world(seed: int = 0, apart: bool = True) -> Inputs:
    """Brands of type t work with influencers of type t, and with nobody else.

    The type shows in every input. With `apart`, what a brand of type t shows has nothing in
    common with what an influencer of type t shows, so that the match has to be learnt.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str, str | None, str | None]] = []
    types: list[int] = []
    for split, count in BRANDS_PER_TYPE.items():
        for t in range(TYPES):
            for i in range(count):
                rows.append((f"{split}-{t}-{i}", "brand", f"category-{t}", split))
                types.append(t)
    pairs = []
    for name, _, _, _ in list(rows):
        t = int(name.split("-")[1])
        for k in range(PARTNERS):
            influencer = f"partner-{k}-of-{name}"
            rows.append((influencer, "influencer", None, None))
            types.append(t)
            pairs.append((name, influencer))
    accounts = pd.DataFrame(rows, columns=["account_id", "role", "category", "split"])
    kind = np.array(types) + TYPES * (apart & (accounts["role"] == "influencer").to_numpy())
    shown = np.eye(2 * TYPES)[kind]

    def noisy(scale: float = 0.02) -> np.ndarray:
        return (shown + scale * rng.random(shown.shape)).astype(np.float32)

    def shares() -> np.ndarray:
        x = noisy()
        return x / x.sum(axis=1, keepdims=True)

    features = FeatureSet(
        accounts=accounts,
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
        blocks={
            "content_visual": shares(),
            "content_topics": shares(),
            "audience_visual": shares(),
            "audience_topics": shares(),
            "attribute": noisy(),
        },
        source="toy",
    ).validate()
    n = len(accounts)
    activity = pd.DataFrame(
        {
            "posts_per_day": rng.uniform(0.1, 2, n),
            "mean_likes": rng.uniform(10, 1000, n),
            "mean_comments": rng.uniform(1, 50, n),
            "followers": rng.uniform(5_000, 100_000, n),
            "recency_days": rng.uniform(0, 30, n),
        }
    )
    competence = features.collaborations.assign(score=rng.uniform(0.1, 1, len(pairs)))
    return Inputs(
        features=features,
        activity=activity,
        text_history=History(noisy(), noisy()),
        image_history=History(noisy(), noisy()),
        concepts=Concepts(
            shares(),
            np.eye(2 * TYPES, dtype=np.float32),
            tuple(f"concept-{k}" for k in range(2 * TYPES)),
        ),
        competence=competence,
    )


def poisoned(inputs: Inputs, seed: int = 0) -> Inputs:
    """Return the same inputs with the test brands' partners dealt out anew."""
    rng = np.random.default_rng(seed)
    features = inputs.features
    accounts, pairs = features.accounts, features.collaborations
    test = pairs["brand_id"].isin(accounts.loc[accounts["split"] == "test", "account_id"])
    dealt = pairs.copy()
    dealt.loc[test, "influencer_id"] = rng.permutation(pairs.loc[test, "influencer_id"])
    changed = replace(features, collaborations=dealt).validate()
    assert inputs.competence is not None
    competence = dealt.assign(score=np.where(test, rng.random(len(dealt)), inputs.competence.score))
    return replace(inputs, features=changed, competence=competence)


def test_task(inputs: Inputs) -> Task:
    """Return the task of the test brands."""
    return official_task(inputs.features)


test_task.__test__ = False  # type: ignore[attr-defined]

"""What every ranker must do, as a test class: `RankerContract`; for rankers of other packages, too.

A test file of its own says how its ranker is made, small enough to be fitted in a second:

```python
import pytest
from morning.testing import RankerContract


class TestMine(RankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def make(cls):
        return lambda: Mine(MineOptions(epochs=2))
```
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch

try:
    import pytest
except ImportError as error:
    raise ImportError("morning.testing needs pytest: pip install pytest") from error

from morning.errors import MorningError
from morning.evaluation import Task, official_task
from morning.features import FeatureSet
from morning.features.rivals.inputs import NEEDS, Concepts, History, Inputs
from morning.rankers.contract import MissingInput, Ranker

TYPES = 4
BRANDS_PER_TYPE = {"train": 5, "validation": 2, "test": 2}
PARTNERS = 4

Maker = Callable[[], Ranker]


class RankerContract:
    """What a comparison relies on; a subclass has a fixture `make` that returns a maker.

    Attributes
    ----------
    positional : bool
        Whether scores depend on where a candidate stands in the task, as random ones do.
    """

    positional = False

    @pytest.fixture(scope="class")
    @classmethod
    def make(cls) -> Maker:
        """Return what makes an unfitted ranker with small options."""
        raise NotImplementedError("give your test class a fixture `make`")

    @pytest.fixture(scope="class")
    @classmethod
    def inputs(cls) -> Inputs:
        """Return a toy world with everything that a ranker may ask for."""
        return toy_inputs()

    @pytest.fixture(scope="class")
    @classmethod
    def task(cls, inputs: Inputs) -> Task:
        """Return its test brands."""
        return official_task(inputs.features)

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, make: Maker, inputs: Inputs) -> Ranker:
        """Return the ranker, fitted under seed 1."""
        return make().fit(inputs, seed=1, progress=False)

    def test_constructs_by_default(self, fitted: Ranker) -> None:
        """Default options make sense; it has a name, a note, and needs that exist."""
        assert isinstance(type(fitted)().options, fitted.options_type)
        assert fitted.name
        assert fitted.note
        assert set(fitted.needs) <= set(NEEDS)

    def test_scores_have_shape_and_are_finite(self, fitted: Ranker, task: Task) -> None:
        """One finite score per brand and candidate."""
        scores = fitted.score(task)
        assert scores.shape == task.positives.shape
        assert np.isfinite(scores).all()

    def test_same_seed_same_scores_other_seed_other_scores(
        self, fitted: Ranker, make: Maker, inputs: Inputs, task: Task
    ) -> None:
        """`seeded` tells the truth, and the generators that everybody shares are left alone."""

        def again(seed: int) -> np.ndarray:
            return make().fit(inputs, seed=seed, progress=False).score(task)

        shared = shared_generators()
        np.testing.assert_array_equal(fitted.score(task), again(1))
        assert np.array_equal(again(2), again(1)) != fitted.seeded
        assert shared_generators() == shared

    def test_order_of_the_task_is_that_of_the_scores(self, fitted: Ranker, task: Task) -> None:
        """Candidates in another order get the same scores."""
        if self.positional:
            pytest.skip("its scores depend on positions by design")
        turned = replace(
            task,
            influencers=task.influencers[::-1].copy(),
            positives=task.positives[:, ::-1],
        )
        np.testing.assert_allclose(
            fitted.score(turned), fitted.score(task)[:, ::-1], rtol=1e-4, atol=1e-5
        )

    def test_refuses_empty_and_unknown(self, fitted: Ranker, task: Task) -> None:
        """No brand, or an account that it was not fitted with, is an error that says so."""
        none = np.zeros(0, dtype=int)
        empty = replace(
            task, brands=none, positives=task.positives[:0], categories=np.zeros(0, str)
        )
        with pytest.raises(MorningError, match="empty"):
            fitted.score(empty)
        with pytest.raises(MorningError, match="not fitted with"):
            fitted.score(replace(task, influencers=task.influencers + 10_000))

    def test_refuses_to_score_unfitted(self, make: Maker, task: Task) -> None:
        """Scores come after `fit`."""
        with pytest.raises(MorningError, match="not fitted"):
            make().score(task)

    def test_one_training_brand_works_or_says_why_not(self, make: Maker, inputs: Inputs) -> None:
        """`needs_negatives` tells the truth."""
        accounts = inputs.features.accounts.copy()
        accounts.loc[accounts["split"].isin(["train", "validation"]), "split"] = "test"
        accounts.loc[accounts["account_id"] == "train-0-0", "split"] = "train"
        lonely = replace(inputs, features=replace(inputs.features, accounts=accounts))
        fresh = make()
        if fresh.needs_negatives:
            with pytest.raises(MorningError, match=r"nothing to learn|two categories"):
                fresh.fit(lonely, progress=False)
        else:
            scores = fresh.fit(lonely, progress=False).score(official_task(lonely.features))
            assert np.isfinite(scores).all()

    def test_says_what_is_missing(self, make: Maker, inputs: Inputs) -> None:
        """Without an input that it names it cannot be fitted."""
        for need in make().needs:
            if need in inputs.features.blocks:
                blocks = {n: b for n, b in inputs.features.blocks.items() if n != need}
                without = replace(inputs, features=replace(inputs.features, blocks=blocks))
            else:
                without = replace(inputs, **{need: None})  # type: ignore[arg-type]
            with pytest.raises(MissingInput) as caught:
                make().fit(without)
            assert caught.value.needs == f"needs {NEEDS[need]}"

    def test_needs_nothing_that_it_does_not_name(
        self, fitted: Ranker, make: Maker, inputs: Inputs, task: Task
    ) -> None:
        """Inputs that it does not name change nothing."""
        rest = {"activity", "text_history", "image_history", "concepts", "competence"}
        absent = dict.fromkeys(rest - set(fitted.needs))
        bare = replace(inputs, **absent)  # type: ignore[arg-type]
        scores = make().fit(bare, seed=1, progress=False).score(task)
        np.testing.assert_array_equal(scores, fitted.score(task))

    def test_sees_no_test_label(
        self, fitted: Ranker, make: Maker, inputs: Inputs, task: Task
    ) -> None:
        """With the test brands' partners dealt out anew it gives the same scores."""
        if fitted.oracle:
            pytest.skip("it is shown the labels")
        dealt = poisoned(inputs, seed=3)
        positives = dealt.features.positives(task.brands, task.influencers)
        assert not np.array_equal(positives, task.positives)
        again = make().fit(dealt, seed=1, progress=False)
        np.testing.assert_array_equal(
            again.score(replace(task, positives=positives)), fitted.score(task)
        )


def toy_inputs(seed: int = 0, apart: bool = True) -> Inputs:
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


def shared_generators() -> list[Any]:
    """Return the states of the random generators of the process."""
    numpy = np.random.get_state(legacy=False)["state"]["key"].tolist()  # noqa: NPY002 read only
    return [random.getstate(), numpy, torch.get_rng_state().tolist()]

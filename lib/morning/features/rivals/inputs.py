"""What rankers may be given: the FeatureSet, and what some rivals need beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from morning.errors import MorningError
from morning.features import BLOCKS, FeatureSet

#: Input -> what has to be there for it, in words.
NEEDS: dict[str, str] = {
    "activity": "posts with dates, likes and comments",
    "text_history": "post-level captions",
    "image_history": "post-level pictures",
    "concepts": "post-level concepts",
    "competence": "the engagement of collaborations",
} | {block: f"the block {block}" for block in BLOCKS}

#: Columns of `Inputs.activity`.
ACTIVITY = ("posts_per_day", "mean_likes", "mean_comments", "followers", "recency_days")


@dataclass(frozen=True)
class History:
    """Vectors of posts, averaged per account.

    Attributes
    ----------
    plain : float32 array, shape (n, D)
        Mean over the account's posts; row i belongs to row i of `FeatureSet.accounts`.
    weighted : float32 array, shape (n, D)
        Mean weighted by likes and comments.
    """

    plain: np.ndarray
    weighted: np.ndarray


@dataclass(frozen=True)
class Concepts:
    """What an account's posts are about, as concepts.

    Attributes
    ----------
    distribution : float32 array, shape (n, K)
        Share of each concept in the account's posts; row i belongs to row i of
        `FeatureSet.accounts`. A row without any concept is zero.
    vectors : float32 array, shape (K, d)
        Vector of each concept.
    names : tuple of str, length K
    """

    distribution: np.ndarray
    vectors: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Inputs:
    """Everything that rankers may be fitted on; what is None is not to be had.

    Attributes
    ----------
    features : FeatureSet
    activity : DataFrame or None
        Columns `ACTIVITY`; row i belongs to row i of `features.accounts`. NaN where unknown.
    text_history, image_history : History or None
    concepts : Concepts or None
    competence : DataFrame or None
        brand_id, influencer_id, score: how much each collaboration engaged people.

    Raises
    ------
    MorningError
        If a part has another number of rows than the FeatureSet has accounts, or lacks a column.
    """

    features: FeatureSet
    activity: pd.DataFrame | None = None
    text_history: History | None = None
    image_history: History | None = None
    concepts: Concepts | None = None
    competence: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        n = len(self.features)
        parts: dict[str, Any] = {"activity": self.activity}
        for name in ("text_history", "image_history"):
            if (history := getattr(self, name)) is not None:
                parts |= {name: history.plain, f"{name} (weighted)": history.weighted}
        if self.concepts is not None:
            parts["concepts"] = self.concepts.distribution
        for name, part in parts.items():
            if part is not None and len(part) != n:
                raise MorningError(f"{name} has {len(part)} rows; the FeatureSet has {n} accounts")
        if self.concepts and self.concepts.distribution.shape[1] != len(self.concepts.vectors):
            raise MorningError("concepts: one vector per column of the distribution is needed")
        _require_columns("activity", self.activity, ACTIVITY)
        _require_columns("competence", self.competence, ("brand_id", "influencer_id", "score"))

    def missing(self, needs: Sequence[str]) -> list[str]:
        """Return in words what is needed and not there."""
        return [NEEDS[need] for need in needs if not self._has(need)]

    def _has(self, need: str) -> bool:
        return need in self.features.blocks if need in BLOCKS else getattr(self, need) is not None

    def blinded(self) -> Inputs:
        """Return the same inputs without anything that the test brands' collaborations decide.

        Every ranker is fitted on this, so that none can see a test label.
        """
        accounts = self.features.accounts
        test = accounts.loc[accounts["split"] == "test", "account_id"]
        pairs, competence = self.features.collaborations, self.competence
        known = pairs[~pairs["brand_id"].isin(test)].reset_index(drop=True)
        if competence is not None:
            competence = competence[~competence["brand_id"].isin(test)].reset_index(drop=True)
        return replace(
            self, features=replace(self.features, collaborations=known), competence=competence
        )

    def digests(self) -> dict[str, str]:
        """Return a SHA-256 of each part at hand, to tell inputs apart."""
        parts: dict[str, list[Any]] = {
            "accounts": [self.features.accounts[["account_id", "role", "category", "split"]]],
            "collaborations": [self.features.collaborations],
        }
        parts |= {block: [values] for block, values in self.features.blocks.items()}
        parts |= {n: [t] for n in ("activity", "competence") if (t := getattr(self, n)) is not None}
        for name in ("text_history", "image_history"):
            if (history := getattr(self, name)) is not None:
                parts[name] = [history.plain, history.weighted]
        if self.concepts is not None:
            parts["concepts"] = [self.concepts.distribution, self.concepts.vectors]
        return {name: _digest(values) for name, values in parts.items()}


def _require_columns(name: str, table: pd.DataFrame | None, columns: Sequence[str]) -> None:
    if table is not None and (absent := [c for c in columns if c not in table.columns]):
        raise MorningError(f"{name} lacks the column {', '.join(absent)}")


def _digest(values: Sequence[pd.DataFrame | np.ndarray]) -> str:
    """Return a SHA-256 over shape, type and content of tables and arrays."""
    digest = hashlib.sha256()
    for value in values:
        if isinstance(value, pd.DataFrame):
            digest.update(",".join(map(str, value.columns)).encode())
            value = pd.util.hash_pandas_object(value, index=False).to_numpy()
        digest.update(f"{value.shape} {value.dtype}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()

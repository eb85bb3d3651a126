"""What a training is about: the data and the code that decide it, so that nothing else passes."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from morning.code import code_of
from morning.errors import MorningError
from morning.features import FeatureSet
from morning.models.checkpoint import TrainedModel, is_trained
from morning.models.profiles import Profile

log = logging.getLogger(__name__)


def describe_data(features: FeatureSet, triplets: np.ndarray | None = None) -> dict[str, Any]:
    """Say what a model is trained on and by; the collaborations of test brands play no part.

    Parameters
    ----------
    features : FeatureSet
    triplets : int array, shape (3, P), optional
        What is trained on in place of drawn pairs.
    """
    accounts = features.accounts[["account_id", "role", "category", "split"]]
    training = accounts["account_id"].iloc[features.brands("train", "validation")]
    pairs = features.collaborations[["brand_id", "influencer_id"]]
    pairs = pairs[pairs["brand_id"].isin(training)]
    parts = {
        n: t.to_csv(index=False).encode() for n, t in (("accounts", accounts), ("pairs", pairs))
    }
    parts |= {b: np.ascontiguousarray(x).data for b, x in features.blocks.items()}
    if triplets is not None:
        parts["triplets"] = np.ascontiguousarray(triplets, dtype=np.int64).data
    return {
        "code": code_of("morning.models.training"),
        "source": features.source,
        "accounts": len(features),
        "sizes": features.sizes(),
        "sha256": {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
    }


def find_finished(folder: Path, profile: Profile, data: dict[str, Any]) -> TrainedModel | None:
    """Return the finished training of a folder if it is of this profile, data and code."""
    if not is_trained(folder):
        return None
    try:
        done = TrainedModel.load(folder)
    except MorningError as error:
        log.warning("%s: so it is trained anew", error)
        return None
    if done.profile == profile and done.data == data:
        return done
    log.warning("%s: settings, features or code have changed, so it is trained anew", folder)
    return None

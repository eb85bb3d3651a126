"""Scores of a trained model: every account is encoded once, every pair by a matrix product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from morning.evaluation import Task, brand_statistics
from morning.evaluation.results import null
from morning.features import FeatureSet
from morning.features.block import SUBSCORES
from morning.models.morning import Morning


def tensors(
    features: FeatureSet, sizes: Mapping[str, int], device: torch.device
) -> dict[str, Tensor]:
    """Return the blocks that a model needs as tensors on a device.

    Parameters
    ----------
    features : FeatureSet
    sizes : mapping of block name to number of columns

    Raises
    ------
    MorningError
        If a block is missing or has another size.
    """
    features.require(sizes)
    return {block: torch.from_numpy(features.blocks[block]).to(device) for block in sizes}


@torch.inference_mode()
def score(model: Morning, inputs: Mapping[str, Tensor], task: Task) -> dict[str, np.ndarray]:
    """Return the sub-scores f, g, h (those at hand) and F, each float32 of shape (B, M)."""
    was_training = model.training
    model.eval()
    brands, influencers = (
        {block: x[torch.as_tensor(rows, device=x.device)] for block, x in inputs.items()}
        for rows in (task.brands, task.influencers)
    )
    scores = model(brands, influencers)
    model.train(was_training)
    named = {SUBSCORES[p]: s for p, s in scores.items()} | {"F": scores.total}
    return {name: s.cpu().numpy() for name, s in named.items()}


def measure(model: Morning, inputs: Mapping[str, Tensor], task: Task) -> dict[str, float | None]:
    """Return every metric of F on a task; what cannot be measured is None."""
    scores = score(model, inputs, task)["F"]
    metrics = brand_statistics(scores, task.positives, task.categories).metrics()
    return {name: null(value) for name, value in metrics.items()}

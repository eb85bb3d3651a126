"""Scores of a trained model: every account is encoded once, every pair by a matrix product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from morning.errors import MorningError
from morning.evaluation import Task
from morning.features import FeatureSet
from morning.models.morning import SUBSCORES, Embeddings, Morning, score_matrix, total_score

_ROWS = 4096  # accounts encoded at a time: bounds memory whatever the number of accounts


def tensors(features: FeatureSet, names: Mapping[str, int], device: torch.device) -> Embeddings:
    """Return the blocks that a model needs as tensors on a device.

    Parameters
    ----------
    features : FeatureSet
    names : mapping of block name to number of columns

    Raises
    ------
    MorningError
        If a block is missing or has another size.
    """
    sizes = features.sizes()
    for block, size in names.items():
        if sizes.get(block) != size:
            has = f"has {sizes[block]}" if block in sizes else "does not have it"
            raise MorningError(f"the model needs {block} with {size} columns; the FeatureSet {has}")
    return {block: torch.from_numpy(features.blocks[block]).to(device) for block in names}


@torch.inference_mode()
def encode(model: Morning, inputs: Mapping[str, Tensor], rows: np.ndarray, side: str) -> Embeddings:
    """Return the embeddings of accounts (row numbers) on one side, in evaluation mode."""
    was_training = model.training
    model.eval()
    model.draw_dropout()
    index = torch.as_tensor(rows)
    parts = [
        model.encode({b: x[chunk.to(x.device)] for b, x in inputs.items()}, side)
        for chunk in index.split(_ROWS)
    ]
    model.train(was_training)
    return {p: torch.cat([part[p] for part in parts]) for p in parts[0]}


@torch.inference_mode()
def score(model: Morning, inputs: Mapping[str, Tensor], task: Task) -> dict[str, np.ndarray]:
    """Return the sub-scores f, g, h (those at hand) and F, each float32 of shape (B, M)."""
    brands = encode(model, inputs, task.brands, "brand")
    influencers = encode(model, inputs, task.influencers, "influencer")
    scores = score_matrix(brands, influencers)
    named = {SUBSCORES[p]: s for p, s in scores.items()} | {"F": total_score(scores)}
    return {name: s.cpu().numpy() for name, s in named.items()}

"""Cosine, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from morning.rankers import ranker
from toys import rivals as worlds


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

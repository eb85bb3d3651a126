"""Popularity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from morning.rankers import ranker
from toys import rivals as worlds


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

"""MIV: sums of standard scores, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from morning.rankers import ranker
from toys import rivals as worlds


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

"""MIR: its lists, and its variants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.evaluation import official_task
from morning.rankers import ranker
from morning.rankers.mir import competence_matrix, draw_lists
from toys import rivals as worlds


class TestLists:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(2, 5), st.integers(1, 8), st.integers(1, 4), st.integers(0, 2**32 - 1))
    def test_levels_fall_and_the_last_is_no_partner(self, k, partners, lists, seed):
        rng = np.random.default_rng(seed)
        positives = np.zeros((1, 12), dtype=bool)
        positives[0, rng.permutation(12)[:partners]] = True
        competence = rng.uniform(0.1, 1, positives.shape)
        brand, influencer, label = draw_lists(competence, positives, k, lists, rng)
        assert influencer.shape == (lists * partners, k)
        assert (brand == 0).all()
        assert positives[0, influencer[:, :-1]].all()
        assert not positives[0, influencer[:, -1]].any()
        assert (np.diff(competence[0, influencer[:, :-1]], axis=1) <= 0).all()
        np.testing.assert_allclose(label.sum(axis=1), 1)
        np.testing.assert_array_equal(label[:, -1], 0)

    def test_groups_are_quantiles(self):
        positives = np.array([[True] * 4 + [False]])
        competence = np.array([[0.4, 0.3, 0.2, 0.1, 9.0]])
        _, influencer, _ = draw_lists(competence, positives, 3, 50, np.random.default_rng(0))
        assert set(influencer[:, 0]) == {0, 1}
        assert set(influencer[:, 1]) == {2, 3}

    def test_brand_with_every_candidate_has_no_list(self):
        full = np.ones((1, 3), dtype=bool)
        brand, influencer, label = draw_lists(np.ones((1, 3)), full, 2, 1, np.random.default_rng(0))
        assert (len(brand), influencer.shape, label.shape) == (0, (0, 2), (0, 2))

    def test_unknown_competence_counts_as_one(self):
        world = worlds.world()
        fit = official_task(world.features)
        pairs = world.features.collaborations
        brand, influencer = pairs.loc[pairs["brand_id"] == "test-0-0"].iloc[0]
        table = pd.DataFrame(
            [(brand, influencer, 0.25), ("nobody", influencer, 9.0)],
            columns=["brand_id", "influencer_id", "score"],
        )
        matrix = competence_matrix(world.features, table, fit)
        b, m = world.features.rows([brand, influencer])
        assert matrix[fit.brands == b, fit.influencers == m] == 0.25
        assert (np.delete(matrix.ravel(), np.flatnonzero(matrix != 1)) == 1).all()
        assert (matrix != 1).sum() == 1


@pytest.mark.parametrize(
    "changes", [{"branches": ("text",)}, {"branches": ("image",)}, {"fusion": "concat"}]
)
def test_variants_of_mir_run_and_are_named(changes):
    world = worlds.world()
    on = official_task(world.features)
    fitted = worlds.quick("MIR-4", **changes, epochs=1).fit(world, progress=False)
    assert fitted.name not in ("MIR-4",)
    assert fitted.paper_row is None
    assert fitted.score(on).shape == on.positives.shape


def test_plain_and_weighted_pooling_differ():
    world = worlds.world()
    on = official_task(world.features)
    weighted, plain = (
        ranker("SBR", pooling=pooling).fit(world).score(on) for pooling in ("weighted", "plain")
    )
    assert not np.array_equal(weighted, plain)

"""MORNING as a method among others."""

from __future__ import annotations

import numpy as np
from morning.evaluation import official_task
from morning.models.checkpoint import TrainedModel
from toys import rivals as worlds


def test_morning_scores_as_its_own_model_does(tmp_path):
    world = worlds.world()
    on = official_task(world.features)
    fitted = worlds.quick("MORNING").fit(world, seed=5, folder=tmp_path / "m", progress=False)
    model = TrainedModel.load(tmp_path / "m")
    assert model.profile.training.seed == 5
    expected = model.score(world.features, on)["F"]
    np.testing.assert_allclose(fitted.score(on), expected, rtol=1e-4, atol=1e-5)


class TestTuned:
    def test_takes_the_weight_with_the_best_validation_auc(self, tmp_path):
        world = worlds.world()
        fitted = worlds.quick("MORNING-tuned", l1=(50.0, 0.0), l1_epochs=2).fit(
            world, folder=tmp_path / "m", progress=False
        )
        reached = {}
        for l1 in ("0", "50"):
            model = TrainedModel.load(tmp_path / "m" / f"l1-{l1}")
            reached[float(l1)] = model.history[model.epoch - 1]["validation"]["auc"]
            assert len(model.history) == 2
        assert reached[0.0] > reached[50.0]  # so large a weight leaves nothing
        assert fitted.about["l1"] == 0.0
        assert TrainedModel.load(tmp_path / "m" / "chosen").profile.objective.l1 == 0.0

    def test_one_candidate_is_that_profile(self):
        world = worlds.world()
        on = official_task(world.features)
        plain = worlds.quick("MORNING").fit(world, progress=False).score(on)
        tuned = worlds.quick("MORNING-tuned", l1=(0.001,)).fit(world, progress=False)
        np.testing.assert_array_equal(tuned.score(on), plain)
        assert (tuned.name, tuned.paper_row) == ("MORNING-tuned", None)

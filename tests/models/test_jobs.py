"""Several trainings side by side."""

from morning.models import train_seeds
from toys.trainings import fit, same_weights, stop_at
from toys.vectors import tiny


class TestSeeds:
    def test_two_workers_equal_one(self, board, tmp_path):
        options = {"seeds": 2, "device": "cpu", "progress": False}
        serial = train_seeds(board, tiny(), tmp_path / "serial", workers=1, **options)
        parallel = train_seeds(board, tiny(), tmp_path / "parallel", workers=2, **options)
        for one, other in zip(serial, parallel, strict=True):
            assert same_weights(one, other)
            assert one.history == other.history
        assert not same_weights(*serial)
        assert sorted(p.name for p in (tmp_path / "parallel").iterdir()) == ["seed-0", "seed-1"]

    def test_start_at_the_profile_and_reuse_what_is_there(self, board, tmp_path):
        profile = tiny(seed=5, epochs=1)
        alone = fit(board, profile.trained_with(seed=6), tmp_path / "seed-6", watch=stop_at(0))
        found = train_seeds(
            board, profile, tmp_path, seeds=2, workers=1, device="cpu", progress=False
        )
        assert [model.profile.training.seed for model in found] == [5, 6]
        assert same_weights(found[1], alone)
        assert "watched" in found[1].history[0]  # loaded, not trained again

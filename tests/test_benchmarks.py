"""Benchmarks: ratios are taken round by round, and what is timed is what it says."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from morning.evaluation import official_task
from morning.features import FeatureSet
from morning.models.best import Best

from benchmarks import figure, growth, made, stages, steps, vectors
from benchmarks.__main__ import FIGURES, line
from benchmarks.figure import Figure, Timed


@pytest.fixture
def clock(monkeypatch):
    """Return a function that lets time pass on the clock of the figures."""
    now = [0.0]
    monkeypatch.setattr(figure.time, "perf_counter", lambda: now[0])

    def passes(*seconds):
        left = iter(seconds)
        return lambda: now.__setitem__(0, now[0] + next(left))

    return passes


def measured(timed, **goals):
    @contextmanager
    def prepare():
        yield timed

    return Figure("ours", "theirs", prepare, **goals).measure()


class TestFigure:
    def test_ratios_are_of_the_same_round(self, clock):
        # The machine gets three times slower in the last round; the ratio stays.
        timed = Timed(clock(9, 1, 1, 3), clock(9, 2, 2, 6), rounds=3)
        row = measured(timed, goal=0.5)
        assert row["ratio"] == 0.5
        assert row["quartiles"] == [0.5, 0.5]
        assert (row["seconds"], row["reference_seconds"]) == (1, 2)
        assert row["met"]

    def test_what_is_not_fast_enough_is_said(self, clock):
        row = measured(Timed(clock(3), clock(2), rounds=1), goal=2, goal_s=2.5)
        assert row["ratio"] == 1.5
        assert row["met"] is False
        assert "goal ratio 2 and 2.5 s not met" in line(row)

    def test_a_part_stands_for_the_whole(self, clock):
        row = measured(Timed(clock(2), clock(1), rounds=1, scale_reference=100))
        assert (row["ratio"], row["reference_seconds"], row["met"]) == (0.02, 100, None)

    def test_the_limit(self, clock):
        row = measured(Timed(clock(2), clock(4), clock(1), rounds=1))
        assert row["limit"] == 0.25
        assert "limit 0.25" in line(row)

    def test_names_differ(self):
        assert len({each.name for each in FIGURES}) == len(FIGURES)


def test_the_naive_step_and_ours_take_the_same_step():
    one, other = steps._Step(made.PUBLIC), steps._Step(made.PUBLIC)
    for step in (one, other):
        step.model.eval()  # without dropout they are comparable
        step.others = {block: x.clone() for block, x in one.others.items()}
        step.brands = one.brands
    one.ours()()
    other.naive()()
    for a, b in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-7)


@pytest.mark.parametrize("prepare", [stages.evaluation, stages.comparing])
def test_what_is_timed_runs(prepare):
    with prepare() as timed:
        timed.ours()
        timed.reference()


def test_made_vectors_have_the_sizes_of_the_benchmark():
    features = made.vectors()
    assert len(features) == 4108
    assert features.sizes() == made.PUBLIC
    assert len(official_task(features).brands) == 72
    assert np.allclose(features.blocks["content_topics"].sum(axis=1), 1, atol=1e-5)


def test_growth_measures_every_stage():
    points = growth.point(100)
    assert [point["stage"] for point in points] == list(growth.STAGES)
    assert all(point["seconds"] > 0 and point["peak_mb"] > 10 for point in points)


def test_a_set_of_many_is_one_that_can_be_loaded_and_ranked(tmp_path):
    small = made.vectors(300)
    Best.fit(small).save(tmp_path / "best")
    vectors.write(tmp_path / "set", 1000, small)
    assert len(FeatureSet.load(tmp_path / "set")) == 1300
    found = vectors.once(tmp_path)
    assert len(found["seconds"]) == 2
    assert np.isfinite(found["best"])
